package dev.kintsugi.healing.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.breaker.BreakerMachine.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random histories, each compared with a second, plainer account of what a breaker must do. */
class BreakerModelTest {

    private static final int SEEDS = 2_000;
    private static final int STEPS = 200;

    @Test
    void agreesWithAPlainModelOnRandomHistories() {
        for (long seed = 0; seed < SEEDS; seed++) {
            new History(seed).play();
        }
    }

    /** A call that was permitted, in which period of which phase, and until when a probe counts. */
    private record Call(long permit, int period, Instant until) {}

    private static final class History {
        private final long seed;
        private final Random random;
        private final BreakerConfig config;
        private Instant now = Instant.EPOCH;
        private BreakerState state = BreakerState.closed();

        private BreakerPhase phase = BreakerPhase.CLOSED;
        private int period;
        private int streak;
        private int successes;
        private boolean isolated;
        private Instant opened = Instant.EPOCH;
        private final List<Call> calls = new ArrayList<>();

        History(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.config =
                    new BreakerConfig(
                            1 + random.nextInt(5),
                            1 + random.nextInt(3),
                            Duration.ofSeconds(10),
                            1 + random.nextInt(3),
                            Duration.ofSeconds(4));
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                now = now.plusMillis(random.nextInt(3) * 1_000L);
                switch (random.nextInt(20)) {
                    case 0 -> isolate();
                    case 1, 2 -> reset();
                    case 3, 4, 5, 6, 7, 8, 9, 10 -> ask();
                    default -> finish();
                }
                assertThat(state.phase()).as("seed %d, step %d", seed, step).isEqualTo(phase);
            }
        }

        private void isolate() {
            tell(new BreakerEvent.Isolated(now));
            turn(BreakerPhase.OPEN);
            isolated = true;
        }

        private void reset() {
            if (random.nextInt(10) == 0) {
                tell(new BreakerEvent.Reset(now));
                turn(BreakerPhase.CLOSED);
            }
        }

        private void ask() {
            boolean due = !isolated && !now.isBefore(opened.plusSeconds(10));
            if (phase == BreakerPhase.OPEN && due) {
                turn(BreakerPhase.HALF_OPEN);
            }
            long inFlight =
                    calls.stream().filter(c -> c.period == period && now.isBefore(c.until)).count();
            boolean expected =
                    switch (phase) {
                        case CLOSED -> true;
                        case OPEN -> false;
                        case HALF_OPEN -> inFlight < config.halfOpenMaxCalls();
                    };

            Decision decision = tell(new BreakerEvent.Asked(now));

            assertThat(decision.permitted()).as("seed %d", seed).isEqualTo(expected);
            if (expected) {
                if (phase == BreakerPhase.HALF_OPEN) {
                    calls.removeIf(c -> c.period == period && !now.isBefore(c.until));
                }
                calls.add(new Call(decision.permit(), period, now.plusSeconds(4)));
            }
        }

        private void finish() {
            if (calls.isEmpty()) {
                return;
            }
            Call call = calls.remove(random.nextInt(calls.size()));
            boolean counts = call.period == period;
            switch (random.nextInt(5)) {
                case 0 -> tell(new BreakerEvent.Abandoned(now, call.permit));
                case 1, 2 -> {
                    tell(new BreakerEvent.Succeeded(now, call.permit));
                    if (counts) {
                        succeed();
                    }
                }
                default -> {
                    tell(new BreakerEvent.Failed(now, call.permit));
                    if (counts) {
                        fail();
                    }
                }
            }
        }

        private void succeed() {
            streak = 0;
            if (phase == BreakerPhase.HALF_OPEN && ++successes >= config.successThreshold()) {
                turn(BreakerPhase.CLOSED);
            }
        }

        private void fail() {
            if (phase == BreakerPhase.HALF_OPEN
                    || phase == BreakerPhase.CLOSED && ++streak >= config.failureThreshold()) {
                turn(BreakerPhase.OPEN);
            }
        }

        private void turn(BreakerPhase next) {
            phase = next;
            period++;
            streak = 0;
            successes = 0;
            isolated = false;
            if (next == BreakerPhase.OPEN) {
                opened = now;
            }
        }

        private Decision tell(BreakerEvent event) {
            Decision decision = BreakerMachine.decide(state, event, config);
            state = decision.state();
            return decision;
        }
    }
}
