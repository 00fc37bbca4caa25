package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** Interrupts one thread by a timer: in a test's time, and where the {@link Watchdog} is full. */
final class Alarm {
    private final Thread thread = Thread.currentThread();
    private final ReentrantLock lock = new ReentrantLock();
    private final Timers.Timer timer;
    private boolean over;
    private boolean rang;
    private boolean spared;

    /** Interrupts the calling thread after the time given, unless {@link #end} is called before. */
    Alarm(Duration time, Timers timers) {
        timer = timers.after(time, this::ring);
    }

    /**
     * Whether its time was up; an interrupt by this is then taken back, one by somebody else is
     * not.
     */
    boolean end() {
        lock.lock();
        try {
            over = true;
            if (rang && !spared) {
                Thread.interrupted();
            } else {
                timer.cancel();
            }
            return rang;
        } finally {
            lock.unlock();
        }
    }

    private void ring() {
        lock.lock();
        try {
            if (!over) {
                rang = true;
                spared = thread.isInterrupted();
                if (!spared) {
                    thread.interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
