package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A breaker by rate and by failures in a row, against one that counts each call by itself. */
class CircuitBreakerModelTest {
    private static final long MILLI = 1_000_000;
    private static final long TIMEOUT = 1_500 * MILLI;
    private static final long SLICE = 1_000 * MILLI;
    private static final long SLOW = 2_000 * MILLI;
    private static final long LEASE = 3_000 * MILLI;
    private static final int IN_A_ROW = 6;
    private static final int MINIMUM = 5;
    private static final Breaker POLICY =
            Breaker.opensAfter(IN_A_ROW)
                    .halfOpenAfter(ofMillis(1_500))
                    .closesAfter(2)
                    .probeLease(ofSeconds(3))
                    .orAt(
                            FailureRate.of(0.5)
                                    .minimumCalls(MINIMUM)
                                    .window(ofSeconds(10))
                                    .slowCalls(0.75, ofSeconds(2)));

    private final Set<BreakerPhase> seen = EnumSet.noneOf(BreakerPhase.class);

    private record Permitted(long permit, Model.Call call) {}

    @Test
    void doesWhatAModelThatCountsEachCallDoes() {
        for (long seed = 0; seed < 300; seed++) {
            plays(seed);
        }

        assertThat(seen).containsExactlyInAnyOrder(BreakerPhase.values());
    }

    private void plays(long seed) {
        var random = new Random(seed);
        var time = new ManualTime();
        var breaker = new CircuitBreaker(POLICY, time.with(random), (_, _) -> {});
        var model = new Model(time.nanos());
        var inFlight = new ArrayList<Permitted>();
        int failing = random.nextInt(2, 9);
        for (int i = 0; i < 300; i++) {
            int what = random.nextInt(100);
            if (what < 35) {
                long permit = breaker.permit();
                Model.Call call = model.asked(time.nanos());
                assertThat(permit != CircuitBreaker.REFUSED)
                        .as("seed %d, step %d", seed, i)
                        .isEqualTo(call != null);
                if (call != null) {
                    inFlight.add(new Permitted(permit, call));
                }
            } else if (what < 75 && !inFlight.isEmpty()) {
                Permitted ended = inFlight.remove(random.nextInt(inFlight.size()));
                boolean failed = random.nextInt(10) < failing;
                long nanos = random.nextInt(4) == 0 ? SLOW : random.nextInt(-1, 2);
                if (failed) {
                    breaker.failed(ended.permit, nanos);
                } else {
                    breaker.succeeded(ended.permit, nanos);
                }
                model.ended(ended.call, failed, nanos >= SLOW, time.nanos());
            } else if (what < 98) {
                time.pass(ofMillis(random.nextInt(random.nextInt(10) == 0 ? 12_000 : 500)));
            } else if (what < 99) {
                breaker.reset();
                model.close(time.nanos());
            } else {
                breaker.trip();
                model.trip(time.nanos());
            }
            seen.add(model.phase);
            assertThat(breaker.phase()).as("seed %d, step %d", seed, i).isEqualTo(model.phase);
        }
    }

    /** All calls of the period in a list. */
    private static final class Model {
        private record Call(int period) {}

        private record Ended(long slice, boolean failed, boolean slow) {}

        private BreakerPhase phase = BreakerPhase.CLOSED;
        private final List<Ended> counted = new ArrayList<>();
        private final List<Call> probes = new ArrayList<>();
        private int period;
        private int inARow;
        private int wellProbed;
        private long since;
        private long probeUntil;

        Model(long at) {
            since = at;
        }

        @Nullable Call asked(long at) {
            if (phase == BreakerPhase.OPEN && at - since >= TIMEOUT) {
                enter(BreakerPhase.HALF_OPEN, at);
            }
            if (phase == BreakerPhase.CLOSED) {
                return new Call(period);
            }
            if (phase == BreakerPhase.OPEN || !probes.isEmpty() && at < probeUntil) {
                return null;
            }
            probes.clear();
            probes.add(new Call(period));
            probeUntil = at + LEASE;
            return probes.getFirst();
        }

        void ended(Call call, boolean failed, boolean slow, long at) {
            if (phase == BreakerPhase.CLOSED && call.period == period) {
                counted.add(new Ended(slice(at), failed, slow));
                inARow = failed ? inARow + 1 : 0;
                if ((failed || slow) && isTooOften(at) || inARow == IN_A_ROW) {
                    enter(BreakerPhase.OPEN, at);
                }
            } else if (phase == BreakerPhase.HALF_OPEN && probes.removeIf(each -> each == call)) {
                wellProbed++;
                if (failed || slow) {
                    enter(BreakerPhase.OPEN, at);
                } else if (wellProbed == 2) {
                    enter(BreakerPhase.CLOSED, at);
                }
            }
        }

        void trip(long at) {
            if (phase == BreakerPhase.CLOSED) {
                enter(BreakerPhase.OPEN, at);
            }
        }

        void close(long at) {
            enter(BreakerPhase.CLOSED, at);
        }

        private void enter(BreakerPhase next, long at) {
            phase = next;
            since = at;
            period++;
            inARow = 0;
            wellProbed = 0;
            counted.clear();
            probes.clear();
        }

        private boolean isTooOften(long at) {
            List<Ended> recent =
                    counted.stream().filter(each -> each.slice > slice(at) - 10).toList();
            long failed = recent.stream().filter(Ended::failed).count();
            long slow = recent.stream().filter(Ended::slow).count();
            return recent.size() >= MINIMUM
                    && (failed * 2 >= recent.size() || slow * 4 >= recent.size() * 3);
        }

        private long slice(long at) {
            return (at - since) / SLICE;
        }
    }
}
