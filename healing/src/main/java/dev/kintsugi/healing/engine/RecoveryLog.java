package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** Counts recoveries as they end, and remembers the last ones. */
final class RecoveryLog implements HealingListener {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<RecoveryResult> recent = new ArrayDeque<>(); // newest first
    private final SortedMap<RecoveryAction, RecoveryTally> byAction = new TreeMap<>();
    private final SortedMap<String, RecoveryTally> byComponent = new TreeMap<>();
    private RecoveryTally overall = RecoveryTally.NONE;

    RecoveryLog() {
        for (RecoveryAction action : RecoveryAction.values()) {
            byAction.put(action, RecoveryTally.NONE);
        }
    }

    @Override
    public void onEvent(HealingEvent event) {
        if (event instanceof HealingEvent.RecoveryEnded(RecoveryResult ended)) {
            add(ended);
        }
    }

    private void add(RecoveryResult ended) {
        lock.lock();
        try {
            overall = overall.plus(ended);
            count(byAction, ended.action(), ended);
            count(byComponent, ended.error().component(), ended);
            if (recent.size() == RecoveryEngine.HISTORY) {
                recent.removeLast();
            }
            recent.addFirst(ended);
        } finally {
            lock.unlock();
        }
    }

    private static <K> void count(Map<K, RecoveryTally> by, K key, RecoveryResult ended) {
        by.put(key, by.getOrDefault(key, RecoveryTally.NONE).plus(ended));
    }

    RecoveryStatistics statistics() {
        lock.lock();
        try {
            return new RecoveryStatistics(overall, byAction, byComponent);
        } finally {
            lock.unlock();
        }
    }

    List<RecoveryResult> recent(int count) {
        lock.lock();
        try {
            return recent.stream().limit(count).toList();
        } finally {
            lock.unlock();
        }
    }
}
