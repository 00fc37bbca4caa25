package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.memory.MemoryTransactions;

final class MemoryRunBreakersTest extends RunBreakersContract {
    @Override
    Opened opened() {
        var transactions = new MemoryTransactions();
        return new Opened(new MemoryBreakerRows(transactions), transactions);
    }
}
