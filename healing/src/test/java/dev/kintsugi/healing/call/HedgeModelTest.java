package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Races of a call and its second, against a plain model: every order of what can happen to one of
 * them, also while its second call is being begun, and many at a time by chance.
 */
class HedgeModelTest {
    private static final Duration AFTER = Duration.ofMillis(50);
    private static final int FIRST = 0;
    private static final int SECOND = 1;

    /** What can happen to a race. */
    private enum Step {
        FIRST_ENDS,
        TIME_PASSES,
        SECOND_BEGINS,
        SECOND_ENDS,
        CALLER_CANCELS
    }

    /** What one call, or all of the race, came to. */
    private enum Is {
        NOT_BEGUN,
        BEING_BEGUN,
        UNDER_WAY,
        WELL,
        FAILED,
        CANCELLED
    }

    private final ManualTime time = new ManualTime();

    @Test
    void aRaceDoesWhatThePlainModelDoesInEveryOrder() {
        int orders = 0;
        for (List<Step> order : orders()) {
            for (boolean firstWell : List.of(true, false)) {
                for (boolean secondWell : List.of(true, false)) {
                    for (int within = 0; within <= 2; within++) {
                        play(order, new boolean[] {firstWell, secondWell}, within);
                        orders++;
                    }
                }
            }
        }
        // 5! orders, each call well or not, 0 to 2 steps while the second call is being begun.
        assertThat(orders).isEqualTo(120 * 4 * 3);
        assertThat(seen).containsExactlyInAnyOrder(Is.WELL, Is.FAILED, Is.CANCELLED);
    }

    private final Set<Is> seen = EnumSet.noneOf(Is.class);

    private void play(List<Step> order, boolean[] well, int within) {
        String as = "%s, well %b %b, %d within".formatted(order, well[0], well[1], within);
        var race =
                new Played(
                        new RetryMeter(RetryBudget.unlimited(), new RecentCalls(() -> 0, () -> 0)),
                        as);
        Deque<Step> steps = new ArrayDeque<>(order);
        race.whileBegun =
                () -> {
                    for (int i = 0; i < within && !steps.isEmpty(); i++) {
                        race.take(steps.removeFirst(), well);
                    }
                };
        while (!steps.isEmpty()) {
            race.take(steps.removeFirst(), well);
        }
        seen.add(race.model.outcome);
    }

    /** Also: second calls are at most a twentieth of the calls of any 10 s. */
    @Test
    void manyRacesDoWhatThePlainModelDoes() {
        int hedged = 0;
        for (long seed = 0; seed < 200; seed++) {
            hedged += playMany(seed);
        }

        assertThat(hedged).isGreaterThan(2_000);
    }

    private int playMany(long seed) {
        var random = new Random(seed);
        var made = new AtomicInteger();
        var meter = new RetryMeter(Hedge.BUDGET, new RecentCalls(time::nanos, made::get));
        var races = new ArrayList<Played>();
        var begun = new ArrayDeque<Long>();
        var hedges = new ArrayDeque<Long>();
        int all = 0;
        for (int i = 0; i < 2_000; i++) {
            String as = "seed %d, step %d".formatted(seed, i);
            if (random.nextInt(4) == 0) {
                made.incrementAndGet();
                begun.add(time.nanos());
                races.add(new Played(meter, as));
            } else if (random.nextInt(4) == 0) {
                time.pass(Duration.ofMillis(random.nextInt(40)));
            } else if (!races.isEmpty()) {
                Played race = races.get(random.nextInt(races.size()));
                race.as = as;
                boolean[] well = {random.nextInt(3) > 0, random.nextInt(3) > 0};
                Step[] any = Step.values();
                Step step = any[random.nextInt(any.length)];
                if (step != Step.TIME_PASSES
                        && (step != Step.CALLER_CANCELS || random.nextInt(5) == 0)) {
                    race.take(step, well);
                }
            }
            for (Played each : races) {
                each.as = as;
                if (each.isHedgedNow()) {
                    hedges.add(time.nanos());
                    all++;
                }
                each.check();
            }
            races.removeIf(each -> each.model.isOver() && each.threads.isEmpty());
            forgetOlder(begun);
            forgetOlder(hedges);
            assertThat(hedges.size() * 20).as(as).isLessThanOrEqualTo(begun.size());
        }
        races.forEach(each -> each.take(Step.CALLER_CANCELS, new boolean[2]));
        assertThat(time.pending()).as("seed %d", seed).isZero();
        return all;
    }

    private void forgetOlder(ArrayDeque<Long> times) {
        while (!times.isEmpty()
                && time.nanos() - times.peekFirst() >= RetryBudget.WINDOW.toNanos()) {
            times.removeFirst();
        }
    }

    /** A race and its model. */
    private final class Played {
        private final Model model = new Model();
        private final List<Call> calls = new ArrayList<>();
        private final Queue<Runnable> threads = new ArrayDeque<>();
        private final CompletableFuture<String> race;
        private Runnable whileBegun = () -> {};
        private String as;
        private boolean hedged;

        Played(RetryMeter meter, String as) {
            this.as = as;
            race =
                    HedgeRace.run(
                            this::begin,
                            Hedge.after(AFTER),
                            time.with(new Random(1)).timers(),
                            meter,
                            threads::add);
            check();
        }

        private CompletableFuture<String> begin() {
            var call = new Call("call " + calls.size());
            calls.add(call);
            if (calls.size() == 2) {
                whileBegun.run();
            }
            return call;
        }

        void take(Step step, boolean[] well) {
            switch (step) {
                case FIRST_ENDS -> end(FIRST, well[FIRST]);
                case SECOND_ENDS -> end(SECOND, well[SECOND]);
                case CALLER_CANCELS -> {
                    race.cancel(true);
                    model.cancel();
                }
                case TIME_PASSES -> time.pass(AFTER);
                case SECOND_BEGINS -> {
                    Runnable thread = threads.poll();
                    if (thread != null) {
                        model.beginsSecond();
                        thread.run();
                        model.begunSecond();
                    }
                }
            }
            check();
        }

        private void end(int call, boolean well) {
            if (model.calls[call] != Is.UNDER_WAY) {
                return;
            }
            if (well) {
                calls.get(call).complete("call " + call);
            } else {
                calls.get(call).completeExceptionally(new IllegalStateException("call " + call));
            }
            model.end(call, well);
        }

        /** Whether the second call was allowed since this was asked last. */
        boolean isHedgedNow() {
            boolean now = !threads.isEmpty() && !hedged;
            hedged |= now;
            return now;
        }

        void check() {
            assertThat(race.isDone()).as(as).isEqualTo(model.isOver());
            assertThat(is(race)).as(as).isEqualTo(model.outcome);
            assertThat(calls).as(as).hasSize((int) model.begun());
            for (int i = 0; i < calls.size(); i++) {
                assertThat(calls.get(i).cancels)
                        .as(as)
                        .isEqualTo(model.calls[i] == Is.CANCELLED ? 1 : 0);
            }
            if (model.outcome == Is.WELL || model.outcome == Is.FAILED) {
                assertThat(
                                race.handle((value, thrown) ->
                                                thrown == null ? value : thrown.getMessage())
                                        .join())
                        .as(as)
                        .isEqualTo("call " + model.by);
            }
        }
    }

    private static Is is(CompletableFuture<?> future) {
        return switch (future.state()) {
            case RUNNING -> Is.UNDER_WAY;
            case SUCCESS -> Is.WELL;
            case FAILED -> Is.FAILED;
            case CANCELLED -> Is.CANCELLED;
        };
    }

    /** Counts how often it was cancelled. */
    private static final class Call extends CompletableFuture<String> {
        private int cancels;
        private final @Nullable String name;

        Call(String name) {
            this.name = name;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            cancels++;
            return super.cancel(mayInterrupt);
        }

        @Override
        public String toString() {
            return name + " cancelled " + cancels;
        }
    }

    /** Two calls, of which the first that goes well is the outcome, or the last that fails. */
    private static final class Model {
        private final Is[] calls = {Is.UNDER_WAY, Is.NOT_BEGUN};
        private Is outcome = Is.UNDER_WAY;
        private int by;

        boolean isOver() {
            return outcome != Is.UNDER_WAY;
        }

        long begun() {
            return calls[SECOND] == Is.NOT_BEGUN ? 1 : 2;
        }

        void beginsSecond() {
            if (!isOver()) {
                calls[SECOND] = Is.BEING_BEGUN;
            }
        }

        void begunSecond() {
            if (calls[SECOND] == Is.BEING_BEGUN) {
                calls[SECOND] = isOver() ? Is.CANCELLED : Is.UNDER_WAY;
            }
        }

        void end(int call, boolean well) {
            calls[call] = well ? Is.WELL : Is.FAILED;
            Is other = calls[1 - call];
            if (!isOver() && (well || other == Is.FAILED || other == Is.NOT_BEGUN)) {
                over(calls[call]);
                by = call;
            }
        }

        void cancel() {
            if (!isOver()) {
                over(Is.CANCELLED);
            }
        }

        private void over(Is as) {
            outcome = as;
            for (int i = 0; i < calls.length; i++) {
                if (calls[i] == Is.UNDER_WAY) {
                    calls[i] = Is.CANCELLED;
                }
            }
        }
    }

    private static List<List<Step>> orders() {
        var all = new ArrayList<List<Step>>();
        extend(new ArrayList<>(), all);
        return all;
    }

    private static void extend(List<Step> order, List<List<Step>> all) {
        if (order.size() == Step.values().length) {
            all.add(List.copyOf(order));
            return;
        }
        for (Step step : Step.values()) {
            if (!order.contains(step)) {
                order.add(step);
                extend(order, all);
                order.removeLast();
            }
        }
    }
}
