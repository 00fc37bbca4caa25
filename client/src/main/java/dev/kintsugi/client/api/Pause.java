package dev.kintsugi.client.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits between tries; tests wait in no time. */
@FunctionalInterface
interface Pause {
    Pause REAL = time -> new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);

    /**
     * Returns after the time given.
     *
     * @return ignored
     */
    @SuppressWarnings("UnusedReturnValue")
    boolean take(Duration time) throws InterruptedException;
}
