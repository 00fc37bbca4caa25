package dev.kintsugi.server.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.server.waiting.Deadlocks.Victim;
import dev.kintsugi.server.waiting.Wait.State;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import dev.kintsugi.server.waiting.WaitingRuns.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Runs are named r1, r2, … in the order of their birth. */
class DeadlocksTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Wait> all = new ArrayList<>();
    private final SortedMap<String, Standing> standing = new TreeMap<>();
    private Priority priority = Priority.NORMAL;

    private static Lock lock(String name) {
        return new Lock(name, 1, 1, false);
    }

    private static Lock kept(String name) {
        return new Lock(name, 1, 1, true);
    }

    private void holds(String run, Lock... locks) {
        add(run, State.HELD, List.of(locks), List.of());
    }

    private void waits(String run, Lock... locks) {
        add(run, State.IN_LINE, List.of(locks), List.of());
    }

    private void needs(String run, String other) {
        add(run, State.FOR_RUNS, List.of(), List.of(new NeededRun(other, null)));
    }

    private void add(String run, State state, List<Lock> locks, List<NeededRun> runs) {
        standing.putIfAbsent(run, new Standing(RunStatus.RUNNING, null));
        runs.forEach(one ->
                standing.putIfAbsent(
                        String.valueOf(one.run()), new Standing(RunStatus.RUNNING, null)));
        var ticket = all.size() + 1;
        var born = START.plusSeconds(run.charAt(1));
        var asked =
                new Asked(
                        "t",
                        run,
                        born,
                        "s" + ticket,
                        ticket,
                        priority,
                        new Waits(locks, runs, Duration.ofHours(1)),
                        born,
                        born);
        all.add(new Wait(ticket, asked, state, ticket, born, null, List.of()));
    }

    private List<Victim> victims() {
        var runs =
                new WaitingRuns() {
                    @Override
                    public SortedMap<String, Standing> find(String tenant, Set<String> ids) {
                        var found = new TreeMap<>(standing);
                        found.keySet().retainAll(ids);
                        return found;
                    }

                    @Override
                    public SortedMap<String, String> byKey(String tenant, Set<String> keys) {
                        return new TreeMap<>();
                    }

                    @Override
                    public void tell(String tenant, String run, RunEvent event) {}
                };
        return Deadlocks.find(all, Needs.of(runs, "t", all), standing);
    }

    private List<String> given() {
        return victims().stream().map(Victim::run).toList();
    }

    @Test
    void aLineIsNoDeadlock() {
        holds("r1", lock("a"));
        waits("r2", lock("a"));
        waits("r3", lock("a"), lock("b"));
        waits("r4", lock("b"));

        assertThat(victims()).isEmpty();
    }

    @Test
    void theYoungestOfTwoThatWaitForEachOtherIsGivenUp() {
        holds("r1", kept("a"));
        holds("r2", kept("b"));
        waits("r2", lock("a"));
        waits("r1", lock("b"));

        assertThat(given()).containsExactly("r2");
    }

    @Test
    void theLowestPriorityIsGivenUpHoweverOldItIs() {
        holds("r1", kept("a"));
        holds("r2", kept("b"));
        priority = Priority.LOW;
        waits("r1", lock("b"));
        priority = Priority.HIGH;
        waits("r2", lock("a"));

        assertThat(given()).containsExactly("r1");
    }

    @Test
    void threeInACycleLoseOneAndTheCycleIsTold() {
        holds("r1", kept("a"));
        holds("r2", kept("b"));
        holds("r3", kept("c"));
        waits("r1", lock("b"));
        waits("r2", lock("c"));
        waits("r3", lock("a"));

        assertThat(victims())
                .singleElement()
                .satisfies(victim -> {
                    assertThat(victim.run()).isEqualTo("r3");
                    assertThat(victim.cycle())
                            .contains(
                                    "step s4 of run r1 waits for lock b of run r2",
                                    "step s5 of run r2 waits for lock c of run r3",
                                    "step s6 of run r3 waits for lock a of run r1");
                });
    }

    @Test
    void eachCycleLosesOneAndWhoOnlyWaitsForThemNothing() {
        holds("r1", kept("a"));
        holds("r2", kept("b"));
        waits("r1", lock("b"));
        waits("r2", lock("a"));
        holds("r3", kept("c"));
        holds("r4", kept("d"));
        waits("r3", lock("d"));
        waits("r4", lock("c"));
        needs("r5", "r1");

        assertThat(given()).containsExactlyInAnyOrder("r2", "r4");
    }

    @Test
    void aRunThatWaitsForARunThatWaitsForItsLockIsACycle() {
        holds("r1", kept("a"));
        needs("r1", "r2");
        waits("r2", lock("a"));

        assertThat(given()).containsExactly("r2");
    }

    @Test
    void runsThatNeedEachOtherAreACycle() {
        needs("r1", "r2");
        needs("r2", "r1");

        assertThat(given()).containsExactly("r2");
    }

    @Test
    void aLockThatComesBackWithItsStepIsWaitedForInVain() {
        holds("r1", lock("a"));
        holds("r2", lock("b"));
        waits("r1", lock("b"));
        waits("r2", lock("a"));

        assertThat(given()).as("their other steps are at work").isEmpty();
        standing.replaceAll((_, _) -> new Standing(RunStatus.WAITING, WaitingFor.LOCK));
        assertThat(given()).as("all of them waits").containsExactly("r2");
    }

    @Test
    void aSemaphoreThatSomebodyElseGivesBackIsNoDeadlock() {
        var permit = new Lock("gpu", 1, 2, false);
        holds("r1", kept("a"), new Lock("gpu", 1, 2, true));
        holds("r2", permit);
        holds("r3", kept("b"));
        waits("r3", lock("a"));
        waits("r1", lock("b"));
        waits("r4", permit);

        assertThat(given()).containsExactly("r3");
        all.removeIf(wait -> wait.run().equals("r3"));
        assertThat(given()).isEmpty();
    }

    @Test
    void aRunThatKeepsWhatItWaitsForAgainIsItsOwnCycle() {
        holds("r1", kept("a"));
        waits("r1", lock("a"));

        assertThat(given()).containsExactly("r1");
    }

    @Test
    void goesThroughALongLineInTime() {
        holds("r1", kept("a"));
        for (var i = 0; i < 3_000; i++) {
            waits("r" + (char) ('2' + i), lock("a"));
        }
        waits("r1", lock("z"));

        assertThat(victims()).isEmpty();
    }
}
