package dev.kintsugi.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.run.Runs.Submission;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.simulation.Invariants.Promise;
import dev.kintsugi.server.simulation.SimulatedServer.Database;
import dev.kintsugi.server.simulation.SimulatedServer.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that wait for each other, on two servers that sweep both, in virtual time. */
final class DeadlockWorldTest {
    private static final String TENANT = "default";
    private static final Duration BROKEN_WITHIN = Duration.ofSeconds(30);
    private static final Duration WORK = Duration.ofSeconds(10);

    private final SimulatedTime time = new SimulatedTime();
    private final Faults faults = new Faults(new SplittableRandom(1));
    private final Invariants invariants = new Invariants(time);
    private final World world =
            new World(
                    time,
                    faults,
                    invariants,
                    new Network(time),
                    Database.fresh(Plants.NONE, invariants, new SplittableRandom(2)));

    /** Each takes its own lock, works, and then wants that of the next one. */
    private static String plan(int number, int runs) {
        return """
        plan: 1
        name: p%d
        steps:
          - {id: take, exec: work, locks: [{name: l%d, keep: true}]}
          - {id: want, exec: work, needs: [take], locks: [l%d]}
        """
                .formatted(number, number, (number + 1) % runs);
    }

    private List<String> live(int runs) {
        var servers =
                List.of(
                        new SimulatedServer(
                                world, new SplittableRandom(3), 0, Envelope.CURRENT_RULES),
                        new SimulatedServer(
                                world, new SplittableRandom(4), 1, Envelope.CURRENT_RULES));
        var worker =
                new SimulatedWorker(
                        "w",
                        servers.getFirst().queue(),
                        time,
                        invariants,
                        0.5,
                        (_, _, done) ->
                                time.after(
                                        WORK,
                                        () ->
                                                done.accept(
                                                        new TaskResult.Done(
                                                                null,
                                                                null,
                                                                List.of(),
                                                                TaskResult.Usage.NONE))));
        worker.start();
        var ids = new ArrayList<String>();
        for (var i = 0; i < runs; i++) {
            invariants.expect("p" + i, new Promise(10, 1_000_000_000_000L, Duration.ofHours(1)));
            var sent =
                    new Submission(
                            plan(i, runs),
                            null,
                            null,
                            "key" + i,
                            Collections.emptySortedMap(),
                            null);
            ids.add(servers.getFirst().submit(TENANT, sent).run()); // clocks of servers differ
            time.pass(Duration.ofSeconds(1));
        }
        while (!ids.stream().allMatch(run -> world.status(run).isFinal())) {
            assertThat(time.elapsed()).isLessThan(Duration.ofMinutes(30));
            time.step();
        }
        var victims = new ArrayList<String>();
        for (var run : ids) {
            for (var entry : servers.getFirst().runs().timeline(TENANT, run, 0, 1_000)) {
                if (entry.event() instanceof WaitEnded wait && wait.failure() != null) {
                    victims.add(run);
                    assertThat(wait.failure().message()).startsWith("deadlock: ");
                    assertThat(Duration.ofMillis(wait.waitedMillis())).isLessThan(BROKEN_WITHIN);
                }
            }
        }
        assertThat(victims).as("exactly one, the youngest").containsExactly(ids.getLast());
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aCycleLosesOneRunWithinThirtySecondsAndTheOthersSucceed(int runs) {
        var ids = faults.calmly(() -> live(runs));

        assertThat(ids.subList(0, runs - 1))
                .allMatch(run -> world.status(run) == RunStatus.SUCCEEDED);
        assertThat(world.status(ids.getLast())).isEqualTo(RunStatus.FAILED);
        assertThat(invariants.broken()).isEmpty();
        assertThat(world.database().waits().all(TENANT, 0, 10)).isEmpty();
    }
}
