package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.time.Duration;

/** Interrupts one thread by a timer: in a test's time, and where the {@link Watchdog} is full. */
final class Alarm {
    private final Thread thread = Thread.currentThread();
    private final Timers.Timer timer;
    private boolean over;
    private boolean rang;
    private boolean spared;

    /** Interrupts the calling thread after the time given, unless {@link #end} is called before. */
    Alarm(Duration time, Timers timers) {
        timer = timers.after(time, this::ring);
    }

    /**
     * Whether its time was up; an interrupt by this is then taken back, one that somebody else made
     * before is not. One that comes after it cannot be told from it, and is lost.
     */
    synchronized boolean end() {
        over = true;
        if (rang && !spared) {
            Thread.interrupted();
        } else {
            timer.cancel();
        }
        return rang;
    }

    private synchronized void ring() {
        if (!over) {
            rang = true;
            spared = thread.isInterrupted();
            if (!spared) {
                thread.interrupt();
            }
        }
    }
}
