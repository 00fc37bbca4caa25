package dev.kintsugi.server.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.server.waiting.WaitChange.AllGivenBack;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import dev.kintsugi.server.waiting.WaitChange.AtWork;
import dev.kintsugi.server.waiting.WaitChange.GivenBack;
import dev.kintsugi.server.waiting.WaitChange.Stopped;
import dev.kintsugi.server.waiting.WaitsContract.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose permits come back when workers say one by one that they have stopped. */
abstract class LeftToWorkersContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Lock ONE_OF_TWO = new Lock("slots", 1, 2, false);
    private static final GivenBack BACK = new GivenBack("one", "r1", "s");
    private static final String FIRST = "r1:s:1";
    private static final String SECOND = "r1:s:2";

    private final Told runs = new Told();
    private final Kept kept;
    private final Waits waits;

    LeftToWorkersContract(Kept kept) {
        this.kept = kept;
        waits = new Waits(kept.transactions(), kept.store(), runs, () -> START);
    }

    /** There are no runs. */
    abstract void clear();

    /** There is this run of tenant one, which waits for nothing. */
    abstract void born(String run);

    @BeforeEach
    void someRuns() {
        clear();
        for (var run : List.of("r1", "r2", "r3")) {
            born(run);
            runs.standing.put(run, new WaitingRuns.Standing(RunStatus.RUNNING, null));
        }
    }

    private void take(WaitChange change, String... atWork) {
        var left =
                Stream.of(atWork)
                        .map(task -> new AtWork("r1", "s", task, START.plusSeconds(30)))
                        .toList();
        kept.transactions()
                .asSystem(() -> {
                    waits.take(List.of(change), left);
                    return change;
                });
    }

    private void asks(String run, Lock... locks) {
        var asked =
                new dev.kintsugi.client.plan.Waits(List.of(locks), List.of(), Duration.ofHours(1));
        take(
                new Asked(
                        "one",
                        run,
                        START,
                        "s",
                        1,
                        Priority.NORMAL,
                        asked,
                        START,
                        START.plus(asked.patience())));
    }

    private void stops(String task) {
        take(new Stopped("one", "r1", task));
    }

    /** Two attempts were cancelled in turn, and the workers of both may be at it. */
    private void twoAttemptsAreLeft() {
        asks("r1", ONE_OF_TWO);
        take(BACK, FIRST);
        asks("r1", ONE_OF_TWO);
        take(BACK, FIRST, SECOND);
        asks("r2", ONE_OF_TWO);
        asks("r3", ONE_OF_TWO);
        runs.granted.clear();
    }

    @Test
    void theFirstToStopLeavesTheOthersPermitsAlone() {
        twoAttemptsAreLeft();

        stops(FIRST);
        assertThat(runs.granted).containsExactly("r2");
        stops(FIRST);
        assertThat(runs.granted).containsExactly("r2");
        stops(SECOND);

        assertThat(runs.granted).containsExactly("r2", "r3");
    }

    @Test
    void theLaterAttemptsPermitsDoNotWaitForTheEarlierOne() {
        twoAttemptsAreLeft();

        stops(SECOND);
        assertThat(runs.granted).containsExactly("r2");
        stops(FIRST);

        assertThat(runs.granted).containsExactly("r2", "r3");
    }

    @Test
    void whatTwoWorkersAreAtComesBackWithTheLastOfThem() {
        var all = new Lock("slots", 2, 2, false);
        asks("r1", all);
        take(BACK, FIRST, SECOND);
        asks("r2", all);
        runs.granted.clear();

        stops(SECOND);
        assertThat(runs.granted).isEmpty();
        stops(FIRST);

        assertThat(runs.granted).containsExactly("r2");
    }

    @Test
    void whatWasKeptIsLeftToAWorkerThatIsStillAtIt() {
        var staging = new Lock("staging", 1, 1, true);
        asks("r1", ONE_OF_TWO, staging);
        take(BACK, FIRST);
        take(new AllGivenBack("one", "r1"), FIRST);
        asks("r2", staging);
        runs.granted.clear();

        waits.sweep();
        assertThat(runs.granted).isEmpty();
        stops(FIRST);

        assertThat(runs.granted).containsExactly("r2");
    }
}
