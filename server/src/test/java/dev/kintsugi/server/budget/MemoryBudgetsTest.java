package dev.kintsugi.server.budget;

import dev.kintsugi.server.platform.memory.MemoryTransactions;

final class MemoryBudgetsTest extends BudgetsContract {
    @Override
    Opened opened() {
        var transactions = new MemoryTransactions();
        return new Opened(new MemoryBudgets(transactions), transactions);
    }
}
