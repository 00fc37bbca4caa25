package dev.kintsugi.server.waiting;

import static dev.kintsugi.server.waiting.Wait.State.FOR_RUNS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.waiting.WaitChange.AllGivenBack;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import dev.kintsugi.server.waiting.WaitChange.AtWork;
import dev.kintsugi.server.waiting.WaitChange.GivenBack;
import dev.kintsugi.server.waiting.WaitChange.Stopped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of waits must make of who asks, gives back and is found waiting. */
abstract class WaitsContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Lock DB = new Lock("db", 1, 1, false);
    private static final Lock CACHE = new Lock("cache", 1, 1, false);

    private final Told runs = new Told();
    private Instant now = START;
    private long numbers;
    private final Transactions transactions;
    private final WaitStore store;
    private final Waits waits;

    /** Where waits are kept. */
    record Kept(Transactions transactions, WaitStore store) {}

    WaitsContract(Kept kept) {
        transactions = kept.transactions();
        store = kept.store();
        waits = waits();
    }

    /** There are no runs. */
    abstract void clear();

    /** There is a run of that tenant. */
    abstract void born(String tenant, String run);

    Waits waits() {
        return new Waits(transactions, store, runs, () -> now);
    }

    @BeforeEach
    void someRuns() {
        clear();
        for (var run : List.of("r1", "r2", "r3", "r4")) {
            born("one", run);
            runs.standing.put(run, new WaitingRuns.Standing(RunStatus.RUNNING, null));
        }
        born("two", "other");
        runs.standing.put("other", new WaitingRuns.Standing(RunStatus.RUNNING, null));
    }

    private void asks(String run, Lock... locks) {
        asks("one", run, Priority.NORMAL, List.of(locks), List.of());
    }

    final void asksForALock(String run) {
        asks(run, DB);
    }

    private void asks(
            String tenant,
            String run,
            Priority priority,
            List<Lock> locks,
            List<NeededRun> needed) {
        take(asked(tenant, run, priority, locks, needed));
    }

    private Asked asked(
            String tenant,
            String run,
            Priority priority,
            List<Lock> locks,
            List<NeededRun> needed) {
        var asked = new dev.kintsugi.client.plan.Waits(locks, needed, Duration.ofHours(1));
        return new Asked(
                tenant, run, now, "s", ++numbers, priority, asked, now, now.plus(asked.patience()));
    }

    private void take(WaitChange... changes) {
        transactions.asSystem(() -> {
            waits.take(List.of(changes), List.of());
            return changes;
        });
    }

    private void gives(String run) {
        take(new GivenBack("one", run, "s"));
    }

    private void stands(String run, RunStatus status, @Nullable WaitingFor what) {
        runs.standing.put(run, new WaitingRuns.Standing(status, what));
    }

    private void after(Duration time) {
        now = now.plus(time);
    }

    @Test
    void aFreeLockIsGivenAtOnceAndAHeldOneInTheOrderOfAsking() {
        asks("r1", DB);
        asks("r2", DB);
        asks("r3", DB);

        assertThat(runs.granted).containsExactly("r1");
        gives("r1");
        gives("r2");
        gives("r3");

        assertThat(runs.granted).containsExactly("r1", "r2", "r3");
        assertThat(runs.begun.getFirst().on()).containsExactly(new Obstacle("db", List.of("r1")));
    }

    @Test
    void aHigherPriorityGoesFirstButOnlyByItsHeadStart() {
        asks("r1", DB);
        asks("one", "r2", Priority.LOW, List.of(DB), List.of());
        after(Duration.ofMinutes(4));
        asks("one", "r3", Priority.HIGH, List.of(DB), List.of());
        after(Duration.ofMinutes(7));
        asks("one", "r4", Priority.HIGH, List.of(DB), List.of());

        gives("r1");
        gives("r3");

        assertThat(runs.granted).containsExactly("r1", "r3", "r2");
    }

    @Test
    void aSemaphoreGivesAsManyPermitsAsThereAre() {
        var two = new Lock("gpu", 2, 4, false);
        var one = new Lock("gpu", 1, 4, false);

        asks("r1", two);
        asks("r2", one);
        asks("r3", two);
        asks("r4", one);

        assertThat(runs.granted).as("nobody overtakes").containsExactly("r1", "r2");
        gives("r2");
        assertThat(runs.granted).containsExactly("r1", "r2", "r3");
        gives("r1");
        assertThat(runs.granted).containsExactly("r1", "r2", "r3", "r4");
    }

    @Test
    void whereLimitsDifferTheSmallestCounts() {
        asks("r1", new Lock("gpu", 1, 1, false));
        asks("r2", new Lock("gpu", 1, 9, false));

        assertThat(runs.granted).containsExactly("r1");
    }

    @Test
    void allLocksAreGivenTogetherSoThatNothingWaitsWithSome() {
        asks("r1", DB);
        asks("r2", DB, CACHE);
        asks("r3", CACHE);

        assertThat(runs.granted).containsExactly("r1");
        gives("r1");
        assertThat(runs.granted).containsExactly("r1", "r2");
        gives("r2");
        assertThat(runs.granted).containsExactly("r1", "r2", "r3");
    }

    @Test
    void whatIsKeptComesBackWithTheRun() {
        asks("r1", DB, new Lock("staging", 1, 1, true));
        asks("r2", DB);
        asks("r3", new Lock("staging", 1, 1, false));

        gives("r1");
        assertThat(runs.granted).containsExactly("r1", "r2");
        take(new AllGivenBack("one", "r1"));

        assertThat(runs.granted).containsExactly("r1", "r2", "r3");
    }

    private void cancelled(WaitChange change, String run) {
        var atWork = List.of(new AtWork(run, "s", run + ":s:1", now.plusSeconds(30)));
        transactions.asSystem(() -> {
            waits.take(List.of(change), atWork);
            return change;
        });
    }

    @Test
    void whatAWorkerMayStillBeAtIsNotPassedOnBeforeItSaysThatItHasStopped() {
        asks("r1", DB);
        asks("r2", DB);

        cancelled(new AllGivenBack("one", "r1"), "r1");
        stands("r1", RunStatus.CANCELLED, null);
        waits.sweep();
        assertThat(runs.granted).containsExactly("r1");
        take(new Stopped("one", "r1", "r1:s:1"));

        assertThat(runs.granted).containsExactly("r1", "r2");
    }

    @Test
    void whatAWorkerMayStillBeAtIsPassedOnWhenItsLeaseHasRunOut() {
        asks("r1", DB);
        asks("r2", DB);

        cancelled(new GivenBack("one", "r1", "s"), "r1");
        after(Duration.ofSeconds(29));
        waits.sweep();
        assertThat(runs.granted).containsExactly("r1");
        after(Duration.ofSeconds(1));
        waits.sweep();

        assertThat(runs.granted).containsExactly("r1", "r2");
    }

    @Test
    void whatIsKeptStaysKeptWhenTheRestIsLeftToAWorker() {
        asks("r1", DB, new Lock("staging", 1, 1, true));
        asks("r2", DB);
        asks("r3", new Lock("staging", 1, 1, false));

        cancelled(new GivenBack("one", "r1", "s"), "r1");
        after(Duration.ofSeconds(30));
        waits.sweep();
        assertThat(runs.granted).containsExactly("r1", "r2");
        take(new AllGivenBack("one", "r1"));

        assertThat(runs.granted).containsExactly("r1", "r2", "r3");
    }

    @Test
    void whoWaitsForAWorkerToStopIsInNoDeadlock() {
        asks("r1", new Lock("a", 1, 1, true));
        asks("r2", DB);
        asks("r1", DB);

        cancelled(new GivenBack("one", "r2", "s"), "r2");
        asks("r2", new Lock("a", 1, 1, false));
        waits.sweep();
        assertThat(runs.refused).isEmpty();
        after(Duration.ofSeconds(30));
        waits.sweep();

        assertThat(runs.granted).containsExactly("r1", "r2", "r1");
    }

    @Test
    void givingBackTwiceGivesNothingMore() {
        asks("r1", DB);
        asks("r2", DB);
        asks("r3", DB);

        gives("r1");
        gives("r1");

        assertThat(runs.granted).containsExactly("r1", "r2");
    }

    @Test
    void whoNoLongerAsksLetsTheOthersMoveUp() {
        asks("r1", DB);
        asks("r2", DB, CACHE);
        asks("r3", CACHE);

        take(new AllGivenBack("one", "r2"));

        assertThat(runs.granted).containsExactly("r1", "r3");
    }

    @Test
    void aLockThatIsAskedForAndGivenBackInOneTurnIsNotHeld() {
        take(
                asked("one", "r1", Priority.NORMAL, List.of(DB), List.of()),
                new GivenBack("one", "r1", "s"));

        asks("r2", DB);

        assertThat(runs.granted).containsExactly("r2");
        assertThat(runs.begun).isEmpty();
    }

    @Test
    void tenantsHaveLocksOfTheSameNameEach() {
        asks("r1", DB);
        asks("two", "other", Priority.NORMAL, List.of(DB), List.of());

        assertThat(runs.granted).containsExactly("r1", "other");
        var view = transactions.asTenant("two", () -> waits.view("two"));
        assertThat(view.holds()).extracting(held -> held.run()).containsExactly("other");
    }

    @Test
    void aRunThatEndedOrIsGoneHoldsNothingAfterASweep() {
        asks("r1", DB);
        asks("r2", DB);
        stands("r1", RunStatus.FAILED, null);

        waits.sweep();

        assertThat(runs.granted).containsExactly("r1", "r2");
    }

    @Test
    void twoServersNeverGiveMoreThanThereIs() throws Exception {
        var gpu = new Lock("gpu", 1, 2, false);
        var all = new ArrayList<String>();
        for (var i = 0; i < 40; i++) {
            born("one", "many" + i);
            stands("many" + i, RunStatus.RUNNING, null);
            all.add("many" + i);
        }
        var barrier = new CyclicBarrier(4);
        try (var servers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var server = 0; server < 4; server++) {
                var mine = all.subList(server * 10, server * 10 + 10);
                var other = waits();
                servers.submit(() -> {
                    barrier.await();
                    for (var run : mine) {
                        var asked = asked("one", run, Priority.NORMAL, List.of(gpu), List.of());
                        transactions.asSystem(() -> {
                            other.take(List.of(asked), List.of());
                            return run;
                        });
                        other.sweep();
                    }
                    return mine;
                });
            }
        }

        assertThat(runs.granted).hasSize(2);
        for (var done = 0; done < all.size(); done++) {
            gives(runs.granted.get(done));
            waits.sweep();
        }
        assertThat(runs.granted).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void waitsForARunByIdUntilItSucceeds() {
        asks("one", "r1", Priority.NORMAL, List.of(), List.of(new NeededRun("r2", null)));
        waits.sweep();
        assertThat(runs.granted).isEmpty();
        assertThat(runs.begun.getFirst().on()).containsExactly(new Obstacle(null, List.of("r2")));

        stands("r2", RunStatus.SUCCEEDED, null);
        waits.sweep();

        assertThat(runs.granted).containsExactly("r1");
    }

    @Test
    void aSweepGoesThroughAllThatWaitAndAsksOnceAPageAboutTheRunsTheyNeed() {
        var needed = List.of(new NeededRun("r2", null));
        var many = Waits.PAGE + Waits.PAGE / 2;
        transactions.asSystem(() -> {
            for (var i = 0; i < many; i++) {
                store.add(asked("one", "r1", Priority.NORMAL, List.of(), needed), FOR_RUNS, 0);
            }
            return store;
        });
        runs.looks.set(0);

        waits.sweep();
        var whileItGoesOn = runs.looks.get();
        var view = transactions.asTenant("one", () -> waits.view("one"));
        stands("r2", RunStatus.SUCCEEDED, null);
        waits.sweep();

        assertThat(whileItGoesOn).isLessThan(10);
        assertThat(view.waits()).hasSize(many);
        assertThat(runs.looks.get()).isLessThan(20);
        assertThat(runs.granted).hasSize(many);
    }

    @Test
    void waitsForAKeyThatNoRunHasYet() {
        asks("one", "r1", Priority.NORMAL, List.of(), List.of(new NeededRun(null, "nightly")));
        waits.sweep();

        runs.keys.put("nightly", "r2");
        stands("r2", RunStatus.SUCCEEDED, null);
        waits.sweep();

        assertThat(runs.granted).containsExactly("r1");
    }

    @Test
    void whoWaitsForARunStandsInNobodysWay() {
        asks("one", "r1", Priority.NORMAL, List.of(DB), List.of(new NeededRun("r2", null)));
        asks("r3", DB);

        assertThat(runs.granted).containsExactly("r3");
        stands("r2", RunStatus.SUCCEEDED, null);
        waits.sweep();
        gives("r3");

        assertThat(runs.granted).containsExactly("r3", "r1");
    }

    @Test
    void isToldWhenTheRunItNeedsWillNeverSucceed() {
        asks("one", "r1", Priority.NORMAL, List.of(), List.of(new NeededRun("r2", null)));

        stands("r2", RunStatus.ROLLED_BACK, null);
        waits.sweep();
        asks("one", "r3", Priority.NORMAL, List.of(), List.of(new NeededRun("nobody", null)));

        assertThat(runs.refusal("r1")).contains("run r2", "ended rolled back");
        assertThat(runs.refusal("r3")).contains("there is no run nobody");
    }

    @Test
    void patienceEnds() {
        asks("r1", DB);
        asks("r2", DB);

        after(Duration.ofMinutes(59));
        waits.sweep();
        assertThat(runs.refused).isEmpty();
        after(Duration.ofMinutes(1));
        waits.sweep();

        assertThat(runs.refused).containsOnlyKeys("r2");
        assertThat(runs.refusal("r2")).contains("3600 s", "lock db");
        gives("r1");
        assertThat(runs.granted).containsExactly("r1");
    }

    @Test
    void aDeadlockLosesExactlyOneRunHoweverManyServersSweep() throws Exception {
        var a = new Lock("a", 1, 1, true);
        var b = new Lock("b", 1, 1, true);
        asks("r1", a);
        after(Duration.ofSeconds(1));
        asks("r2", b);
        asks("r1", b);
        asks("r2", a);

        var barrier = new CyclicBarrier(3);
        try (var servers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var server = 0; server < 3; server++) {
                servers.submit(() -> {
                    barrier.await();
                    waits().sweep();
                    return barrier;
                });
            }
        }

        assertThat(runs.refused).containsOnlyKeys("r2");
        assertThat(runs.refusal("r2"))
                .contains("run r1 waits for lock b of run r2", "run r2 waits for lock a of run r1");
        take(new AllGivenBack("one", "r2"));
        assertThat(runs.granted).containsExactly("r1", "r2", "r1");
    }

    @Test
    void showsWhoWaitsForWhat() {
        asks("r1", DB);
        asks("r2", DB);

        var view = transactions.asTenant("one", () -> waits.view("one"));
        var told = transactions.asTenant("one", () -> waits.told("one", "r2"));

        assertThat(view.holds())
                .singleElement()
                .satisfies(held -> assertThat(held.run()).isEqualTo("r1"));
        assertThat(view.waits())
                .singleElement()
                .satisfies(waiting -> {
                    assertThat(waiting.run()).isEqualTo("r2");
                    assertThat(waiting.on()).containsExactly(new Obstacle("db", List.of("r1")));
                });
        assertThat(told)
                .containsEntry("s", "lock db, which run r1 has or gets first since " + START);
        assertThat(waits.counts()).isEqualTo(new Waits.Counts(1, 0));
    }
}
