package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import java.util.SortedMap;

final class MemoryTaskStoreTest extends GivenTasksContract {
    @Override
    Opened open(SortedMap<QueueClass, Integer> limits) {
        var transactions = new MemoryTransactions();
        return new Opened(new MemoryTaskStore(transactions, HOME, limits), transactions);
    }
}
