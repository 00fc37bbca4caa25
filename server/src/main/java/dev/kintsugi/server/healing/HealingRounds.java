package dev.kintsugi.server.healing;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Does what this room does in rounds, while the server is up. */
final class HealingRounds implements SmartLifecycle {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(HealingRounds.class);

    private final Monitorings monitorings;
    private volatile @Nullable ScheduledExecutorService timer;

    HealingRounds(Monitorings monitorings) {
        this.monitorings = monitorings;
    }

    @Override
    public void start() {
        var fresh =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("healing-rounds").factory());
        timer = fresh;
        var _ =
                fresh.scheduleWithFixedDelay(
                        this::round, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void round() {
        try {
            monitorings.round();
        } catch (RuntimeException e) {
            log.warn("components cannot be checked, tried again later: {}", e.toString());
        }
    }

    @Override
    public void stop() {
        var running = timer;
        timer = null;
        if (running != null) {
            running.shutdown(); // not at once: a round would lose its connection
            try {
                var _ = running.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }
}
