package dev.kintsugi.spring;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryResult;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The recoveries that ended last. Safe for use by many threads. */
final class RecentRecoveries implements HealingListener {

    /** How many are kept. */
    static final int KEPT = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<RecoveryResult> newestFirst = new ArrayDeque<>(KEPT + 1);

    @Override
    public void onEvent(HealingEvent event) {
        if (event instanceof HealingEvent.RecoveryEnded ended) {
            lock.lock();
            try {
                newestFirst.addFirst(ended.result());
                if (newestFirst.size() > KEPT) {
                    newestFirst.removeLast();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    List<RecoveryResult> newestFirst() {
        lock.lock();
        try {
            return List.copyOf(newestFirst);
        } finally {
            lock.unlock();
        }
    }
}
