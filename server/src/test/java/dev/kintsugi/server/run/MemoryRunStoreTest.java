package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.memory.MemoryTransactions;

final class MemoryRunStoreTest extends RunStoreContract {
    @Override
    Opened opened() {
        var transactions = new MemoryTransactions();
        return new Opened(new MemoryRunStore(transactions), transactions);
    }
}
