package dev.kintsugi.healing.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's own clock, threads and chance. */
final class RealTime {
    private static final Logger log = LoggerFactory.getLogger(RealTime.class);

    static final TimeAndChance EVERYTHING =
            new TimeAndChance(
                    InstantSource.system(),
                    System::nanoTime,
                    Thread::sleep,
                    RealTime::after,
                    () -> ThreadLocalRandom.current().nextLong(),
                    RoughTicker::nanos);

    private RealTime() {}

    private static Timers.Timer after(Duration delay, Runnable action) {
        Future<?> timer =
                SharedThread.TIMERS.schedule(
                        () -> runLogged(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    private static void runLogged(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            // Nobody holds the future; without this line the failure would be lost.
            log.warn("a timer's action failed", e);
        }
    }

    /** Begins with the first timer: a program that needs none has no such thread. */
    private static final class SharedThread {
        static final ScheduledThreadPoolExecutor TIMERS = start();

        private static ScheduledThreadPoolExecutor start() {
            var timers =
                    new ScheduledThreadPoolExecutor(
                            1, Thread.ofPlatform().daemon().name("kintsugi-timers").factory());
            timers.setRemoveOnCancelPolicy(true);
            return timers;
        }
    }
}
