package dev.kintsugi.server.waiting;

import dev.kintsugi.server.platform.memory.MemoryTransactions;

final class MemoryWaitsTest extends WaitsContract {
    MemoryWaitsTest() {
        super(fresh());
    }

    static Kept fresh() {
        var transactions = new MemoryTransactions();
        return new Kept(transactions, new MemoryWaitStore(transactions));
    }

    @Override
    void clear() {}

    @Override
    void born(String tenant, String run) {}
}
