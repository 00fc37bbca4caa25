package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Every order in which the steps of some calls can follow each other, against a plain model: each
 * step of a breaker and a bulkhead takes effect at one moment, so that these orders are all that
 * threads can make of them.
 */
class InterleavingTest {
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** What a call does when it was let through. */
    private enum End {
        SUCCEEDS,
        FAILS,
        IS_ABANDONED,
        NEVER_RETURNS
    }

    /** How much time passes between two steps: none, until a lease ends, until a breaker is due. */
    private static final List<Duration> BETWEEN = List.of(Duration.ZERO, LEASE, OPEN);

    @Test
    void aBreakerDoesWhatThePlainModelDoesInEveryOrder() {
        int orders = 0;
        for (End first : End.values()) {
            for (End second : End.values()) {
                for (End third : End.values()) {
                    for (List<Integer> order : orders(3)) {
                        for (Duration between : BETWEEN) {
                            play(List.of(first, second, third), order, between);
                            orders++;
                        }
                    }
                }
            }
        }
        // 4³ ends, 6! / 2³ orders of two steps of three calls, 3 times.
        assertThat(orders).isEqualTo(64 * 90 * 3);
    }

    private static void play(List<End> ends, List<Integer> order, Duration between) {
        var time = new ManualTime();
        var breaker =
                new CircuitBreaker(
                        Breaker.opensAfter(1).closesAfter(1).halfOpenAfter(OPEN).probeLease(LEASE),
                        time.with(new Random(7)),
                        (_, _) -> {});
        var model = new PlainBreaker();
        long[] permits = new long[ends.size()];
        long[] expected = new long[ends.size()];
        boolean[] began = new boolean[ends.size()];
        for (int call : order) {
            if (!began[call]) {
                began[call] = true;
                permits[call] = breaker.permit();
                expected[call] = model.ask(time.nanos());
                assertThat(permits[call] == CircuitBreaker.REFUSED)
                        .as("%s in order %s, %s between", ends, order, between)
                        .isEqualTo(expected[call] == PlainBreaker.REFUSED);
            } else if (permits[call] != CircuitBreaker.REFUSED) {
                switch (ends.get(call)) {
                    case SUCCEEDS -> breaker.succeeded(permits[call], -1);
                    case FAILS -> breaker.failed(permits[call], -1);
                    case IS_ABANDONED -> breaker.abandoned(permits[call]);
                    case NEVER_RETURNS -> {}
                }
                model.end(expected[call], ends.get(call), time.nanos());
            }
            assertThat(breaker.phase())
                    .as("%s in order %s, %s between", ends, order, between)
                    .isEqualTo(model.phase);
            time.pass(between);
        }
    }

    /** A breaker that opens at one failure, probes once at a time and closes at one success. */
    private static final class PlainBreaker {
        static final long REFUSED = -1;

        private BreakerPhase phase = BreakerPhase.CLOSED;
        private long period;
        private long openedAt;
        private boolean probing;
        private long probeBegan;
        private long probes;

        /** A number of the period, and of the probe when there is one. */
        long ask(long now) {
            if (phase == BreakerPhase.OPEN && now - openedAt >= OPEN.toNanos()) {
                turn(BreakerPhase.HALF_OPEN);
            }
            return switch (phase) {
                case CLOSED -> period * 1_000;
                case OPEN -> REFUSED;
                case HALF_OPEN -> {
                    if (probing && now - probeBegan < LEASE.toNanos()) {
                        yield REFUSED;
                    }
                    probing = true;
                    probeBegan = now;
                    yield period * 1_000 + ++probes;
                }
            };
        }

        void end(long asked, End end, long now) {
            boolean current =
                    phase == BreakerPhase.HALF_OPEN
                            ? probing && asked == period * 1_000 + probes
                            : asked == period * 1_000;
            if (!current || phase == BreakerPhase.OPEN) {
                return;
            }
            switch (end) {
                case SUCCEEDS -> {
                    if (phase == BreakerPhase.HALF_OPEN) {
                        turn(BreakerPhase.CLOSED);
                    }
                }
                case FAILS -> {
                    turn(BreakerPhase.OPEN);
                    openedAt = now;
                }
                case IS_ABANDONED -> probing = false;
                case NEVER_RETURNS -> {}
            }
        }

        private void turn(BreakerPhase next) {
            phase = next;
            period++;
            probing = false;
        }
    }

    @Test
    void aBulkheadDoesWhatACounterDoesInEveryOrder() {
        for (int max = 1; max <= 3; max++) {
            for (List<Integer> order : orders(4)) {
                var permits = new Permits(max);
                int inside = 0;
                boolean[] began = new boolean[4];
                boolean[] taken = new boolean[4];
                for (int call : order) {
                    if (!began[call]) {
                        began[call] = true;
                        taken[call] = permits.take(call);
                        assertThat(taken[call]).as("order %s", order).isEqualTo(inside < max);
                        inside += taken[call] ? 1 : 0;
                    } else if (taken[call]) {
                        // Given back by another thread than took it, as asynchronous calls do.
                        permits.giveBack(call + 1);
                        inside--;
                    }
                    assertThat(permits.taken()).as("order %s", order).isEqualTo(inside);
                }
            }
        }
    }

    /**
     * One looks for a place; before each of its reads in turn, the other gives its place back on
     * some lane and takes the free one away. There is a free place at every moment, so it must be
     * found.
     */
    @Test
    void nobodyIsRefusedWhileThereIsAPlaceThatWanders() {
        int lanes = spread(new SteppedLanes()).all().length;
        for (int free = 0; free < lanes; free++) {
            for (int back = 0; back < lanes; back++) {
                for (int read = 1; read <= 3 * lanes; read++) {
                    var stepped = spread(new SteppedLanes());
                    var permits = new Permits(2, stepped);
                    permits.take(0);
                    permits.take(0);
                    permits.giveBack(free);
                    int from = free;
                    int to = back;
                    stepped.before(
                            read,
                            () -> {
                                permits.giveBack(to);
                                permits.take(from);
                            });

                    assertThat(permits.take(0))
                            .as("free on %d, back on %d, before read %d", free, back, read)
                            .isTrue();
                    assertThat(permits.taken()).isEqualTo(2);
                }
            }
        }
    }

    private static SteppedLanes spread(SteppedLanes lanes) {
        lanes.spread();
        return lanes;
    }

    /** Has another act before one of the reads. */
    private static final class SteppedLanes extends Lanes {
        private int readsLeft;
        private Runnable other = () -> {};

        void before(int read, Runnable other) {
            this.readsLeft = read;
            this.other = other;
        }

        @Override
        long read(long[] lane) {
            if (--readsLeft == 0) {
                other.run();
            }
            return super.read(lane);
        }
    }

    /** All orders of two steps of each of so many calls. */
    private static List<List<Integer>> orders(int calls) {
        var all = new ArrayList<List<Integer>>();
        extend(new ArrayList<>(), new int[calls], all);
        return all;
    }

    private static void extend(List<Integer> order, int[] steps, List<List<Integer>> all) {
        if (order.size() == steps.length * 2) {
            all.add(List.copyOf(order));
            return;
        }
        for (int call = 0; call < steps.length; call++) {
            if (steps[call] < 2) {
                steps[call]++;
                order.add(call);
                extend(order, steps, all);
                order.removeLast();
                steps[call]--;
            }
        }
    }
}
