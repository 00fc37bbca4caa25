package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryMeterTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 3_000;

    private final ManualTime time = new ManualTime();
    private final AtomicLong calls = new AtomicLong();

    @Test
    void allowsTheLeastWithoutAnyCalls() {
        var meter = meter(new RetryBudget(0.1, 3));

        assertThat(taken(meter, 10)).isEqualTo(3);
    }

    @Test
    void allowsTenPercentOfTheCallsOfTheWindow() {
        var meter = meter(new RetryBudget(0.1, 3));
        calls.set(1_000);

        assertThat(taken(meter, 1_000)).isEqualTo(100);
    }

    @Test
    void allowsMoreOnceTheWindowHasPassed() {
        var meter = meter(new RetryBudget(0.1, 3));
        taken(meter, 10);

        time.pass(Duration.ofSeconds(11));

        assertThat(taken(meter, 10)).isEqualTo(3);
    }

    @Test
    void doesNotTakeCallsOfLongAgoForCallsOfNow() {
        var meter = meter(new RetryBudget(0.1, 3));
        calls.set(1_000_000);

        time.pass(Duration.ofHours(1));

        assertThat(taken(meter, 1_000)).isEqualTo(3);
    }

    /** Against a list of every call and retry with its time. */
    @Test
    void neverAllowsMoreThanTheShareInAnyWindow() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var budget = new RetryBudget(random.nextInt(1, 6) / 10.0, random.nextInt(5));
            var recent = new RecentCalls(time::nanos, calls::get);
            var meter = new RetryMeter(budget, recent);
            var made = new ArrayDeque<Long>();
            var retried = new ArrayDeque<Long>();
            for (int step = 0; step < STEPS; step++) {
                time.pass(Duration.ofMillis(random.nextInt(random.nextInt(1, 500))));
                if (random.nextBoolean()) {
                    recent.note(time.nanos());
                }
                calls.incrementAndGet();
                made.add(time.nanos());
                forgetOlder(made);
                forgetOlder(retried);
                if (random.nextBoolean() && meter.take()) {
                    retried.add(time.nanos());
                    assertThat((double) retried.size())
                            .as("seed %d, step %d", seed, step)
                            .isLessThanOrEqualTo(
                                    Math.max(budget.least(), made.size() * budget.share()));
                }
            }
        }
    }

    private void forgetOlder(ArrayDeque<Long> times) {
        while (!times.isEmpty()
                && time.nanos() - times.peekFirst() >= RetryBudget.WINDOW.toNanos()) {
            times.removeFirst();
        }
    }

    private RetryMeter meter(RetryBudget budget) {
        return new RetryMeter(budget, new RecentCalls(time::nanos, calls::get));
    }

    private static int taken(RetryMeter meter, int times) {
        int taken = 0;
        for (int i = 0; i < times; i++) {
            taken += meter.take() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void countsCallsBeforeAPauseInAskingWhenSomebodyTookNote() {
        var recent = new RecentCalls(time::nanos, calls::get);
        var meter = new RetryMeter(new RetryBudget(0.1, 0), recent);
        for (int second = 0; second < 30; second++) {
            time.pass(Duration.ofSeconds(1));
            recent.note(time.nanos());
            calls.addAndGet(100);
        }

        assertThat(taken(meter, 1_000)).isBetween(80, 100);
    }

    @Test
    void allowsEverythingWhereTheBudgetIsUnlimited() {
        assertThat(taken(meter(RetryBudget.unlimited()), 20_000)).isEqualTo(20_000);
    }
}
