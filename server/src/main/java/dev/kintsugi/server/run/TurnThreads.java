package dev.kintsugi.server.run;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Takes turns that nobody waits for. No executor itself: a bean that is one would stand in for
 * Spring's own.
 */
record TurnThreads(ExecutorService threads) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Once the server stops it does nothing: what waits in inboxes is found at the next start. */
    void take(Runnable turn) {
        try {
            threads.execute(turn);
        } catch (RejectedExecutionException _) {
            // the server stops
        }
    }

    /** Waits for the turns under way, so that none finds the database closed. */
    void drain() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
