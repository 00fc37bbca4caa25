package dev.kintsugi.server.healing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Does what this room does in rounds, while the server is up. */
final class HealingRounds implements SmartLifecycle {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(HealingRounds.class);

    private final List<Round> rounds;
    private volatile @Nullable ScheduledExecutorService timer;

    HealingRounds(List<Round> rounds) {
        this.rounds = List.copyOf(rounds);
    }

    /**
     * Something done again and again.
     *
     * @param every the pause between the end of one and the begin of the next
     */
    record Round(Duration every, Runnable action) {}

    @Override
    public void start() {
        var fresh =
                Executors.newScheduledThreadPool(
                        rounds.size(),
                        Thread.ofPlatform().daemon().name("healing-rounds-", 0).factory());
        timer = fresh;
        for (Round round : rounds) {
            long millis = round.every.toMillis();
            var _ =
                    fresh.scheduleWithFixedDelay(
                            () -> attempt(round), millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private static void attempt(Round round) {
        try {
            round.action.run();
        } catch (Throwable e) { // what is thrown would end the rounds for good
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
