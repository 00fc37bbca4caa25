package dev.kintsugi.server.run;

import static dev.kintsugi.client.plan.Step.QueueClass.CPU;
import static dev.kintsugi.client.plan.Step.QueueClass.IO;
import static dev.kintsugi.server.run.Engines.done;
import static dev.kintsugi.server.run.Engines.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Faulted;
import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.server.budget.Budgets.Kind;
import dev.kintsugi.server.budget.Budgets.Standing;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.run.Engines.Script;
import dev.kintsugi.server.run.Engines.Stores;
import dev.kintsugi.server.run.machine.StepState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunEngineTest {
    private static final String DIAMOND =
            """
            plan: 1
            name: diamond
            steps:
              - {id: a, exec: "true"}
              - {id: b, exec: "true", needs: [a]}
              - {id: c, exec: "true", needs: [a]}
              - {id: d, exec: "true", needs: [b, c]}
            """;

    private static Stores stores(String which) {
        return which.equals("memory")
                ? Engines.inMemory()
                : Engines.onPostgres(TestDatabase.fresh());
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void runsEveryStepOnceInOrder(String which) {
        var script = new Script(Map.of());
        try (var engines = new Engines(stores(which), script)) {

            var run = engines.start(DIAMOND);

            engines.await(run, RunStatus.SUCCEEDED);
            assertThat(engines.count(run, StepSucceeded.class)).isEqualTo(4);
            assertThat(script.calls.values()).allMatch(calls -> calls.get() == 1);
            assertThat(engines.timeline(run))
                    .extracting(entry -> entry.seq())
                    .containsExactly(1L, 2L, 3L, 4L, 5L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void retriesAStepThatFailedForAMoment(String which) {
        var script = new Script(Map.of("b", List.of(failed("f1", true), done())));
        try (var engines = new Engines(stores(which), script)) {

            var run = engines.start(DIAMOND);

            engines.await(run, RunStatus.SUCCEEDED);
            assertThat(engines.count(run, StepFailed.class)).isEqualTo(1);
            assertThat(script.calls("b")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void failsWhenNothingHelps(String which) {
        var none = new TaskResult.PatchNotFound(List.of(), TaskResult.Usage.NONE);
        var script = new Script(Map.of("b", List.of(failed("f1", false)), "MEND b", List.of(none)));
        try (var engines = new Engines(stores(which), script)) {

            var run = engines.start(DIAMOND);

            engines.await(run, RunStatus.FAILED);
            assertThat(script.calls).doesNotContainKey("d");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void aFreshEngineFoldsTheLogToTheSameState(String which) {
        var stores = stores(which);
        var script = new Script(Map.of("b", List.of(failed("f1", true), done())));
        try (var engines = new Engines(stores, script);
                var fresh = new Engines(stores, script)) {
            var run = engines.start(DIAMOND);
            engines.await(run, RunStatus.SUCCEEDED);

            var seen = engines.engine.look(Engines.TENANT, run).orElseThrow();
            var folded = fresh.engine.look(Engines.TENANT, run).orElseThrow();

            assertThat(folded.folded().state()).isEqualTo(seen.folded().state());
            assertThat(folded.folded().mac()).isEqualTo(seen.row().mac());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void anEventThatCannotBeTakenUpEndsItsRun(String which) {
        var inFlight = new CountDownLatch(1);
        try (var engines = new Engines(stores(which), (_, _) -> wait(inFlight))) {
            var run = engines.start(DIAMOND);
            engines.await(run, RunStatus.RUNNING);

            var without =
                    "{\"type\": \"task_lost\", \"step\": \"a\", \"attempt\": 1, \"started\": true}";
            engines.engine.post(
                    Engines.TENANT, run, Json.mapper().readValue(without, RunEvent.class));

            Awaitility.await().until(() -> engines.count(run, Faulted.class) == 1);
            inFlight.countDown();
            engines.await(run, RunStatus.FAILED);
            assertThat(engines.engine.audit(Engines.TENANT, run)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void whenTimeIsUpOnlyWhatAWorkerHadMayHaveHappened(String which) {
        var steps = new StringBuilder("plan: 1\nname: p\nsteps:\n");
        for (var step = 0; step <= Engines.SLOTS; step++) {
            steps.append("  - {id: s%d, exec: \"true\", effects: once}\n".formatted(step));
        }
        try (var engines = new Engines(stores(which), (_, _) -> wait(new CountDownLatch(1)))) {
            var run = engines.start(steps.toString(), new Limits(500, 1, 10, 5, 60_000));
            Awaitility.await().until(() -> engines.queue.running(run).size() == Engines.SLOTS);

            Awaitility.await()
                    .until(() -> {
                        engines.engine.sweep();
                        return engines.status(run).isFinal();
                    });

            var looked = engines.engine.look(Engines.TENANT, run).orElseThrow().folded();
            assertThat(looked.state().steps().values())
                    .extracting(StepState::status)
                    .filteredOn(StepState.Status.EFFECT_UNKNOWN::equals)
                    .hasSize(Engines.SLOTS);
            assertThat(engines.engine.audit(Engines.TENANT, run)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void stepsSideBySideTogetherKeepTheBudget(String which) {
        var plan =
                """
                plan: 1
                name: p
                steps:
                  - {id: a, exec: "true", cost: 0.40 USD}
                  - {id: b, exec: "true", cost: 0.40 USD}
                  - {id: c, exec: "true", cost: 0.40 USD}
                """;
        var two = new CountDownLatch(2);
        var cost = 300_000_000L;
        TaskHandler handler =
                (_, _) -> {
                    two.countDown();
                    two.await();
                    return new TaskResult.Done(null, null, List.of(), new Usage(1, 0, cost));
                };
        try (var engines = new Engines(stores(which), handler)) {
            var run = engines.start(plan, new Limits(900_000, 1_000_000_000, 10, 5, 60_000));

            engines.await(run, RunStatus.SUCCEEDED);

            var first = engines.log(run).getFirst();
            assertThat(first.notes()).contains("\"a\"", "\"b\"").doesNotContain("\"c\"");
            assertThat(standing(engines, run, Kind.COST)).isEqualTo(new Standing(3 * cost, 0));
            assertThat(standing(engines, run, Kind.TIME).reserved()).isZero();
        }
    }

    private static Standing standing(Engines engines, String run, Kind kind) {
        return engines.ports
                .transactions()
                .asSystem(() -> engines.ports.budgets().standing(run, kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void handsOverOnlyInTheClassThatHasASlotLess(String which) {
        try (var engines = new Engines(stores(which), new Script(Map.of()))) {
            engines.worker.stop("the test leases by hand");
            engines.start(
                    """
                    plan: 1
                    name: p
                    steps:
                      - {id: a, exec: "true", queue: cpu}
                      - {id: b, exec: "true", queue: io}
                    """);
            var first = engines.queue.lease(asking(1, CPU)).getFirst();

            var others = engines.queue.complete(first.lease(), done(), asking(1, IO));

            assertThat(others).isEmpty();
            assertThat(engines.queue.lease(asking(1, IO))).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void whatACancelledAttemptCostIsCountedOnce(String which) {
        TaskHandler handler =
                (_, _) -> {
                    try {
                        return wait(new CountDownLatch(1));
                    } catch (InterruptedException _) {
                        return new TaskResult.Done(null, null, List.of(), new Usage(1, 0, 7));
                    }
                };
        try (var engines = new Engines(stores(which), handler)) {
            var run = engines.start("plan: 1\nname: p\nsteps:\n  - {id: a, exec: \"true\"}\n");
            Awaitility.await().until(() -> engines.queue.running(run).size() == 1);

            engines.engine.post(Engines.TENANT, run, new CancelRequested("ann"));

            Awaitility.await().until(() -> engines.count(run, LateCost.class) == 1);
            assertThat(engines.status(run)).isEqualTo(RunStatus.CANCELLED);
            var seen = engines.engine.look(Engines.TENANT, run).orElseThrow();
            assertThat(seen.folded().state().costNanoUsd()).isEqualTo(7);
            assertThat(standing(engines, run, Kind.COST)).isEqualTo(new Standing(7, 0));
            assertThat(engines.engine.audit(Engines.TENANT, run)).isEmpty();
        }
    }

    private static LeaseRequest asking(int max, QueueClass queue) {
        var slots = new TreeMap<>(Map.of(queue, max));
        var kinds = new TreeSet<>(List.of(TaskKind.STEP));
        return new LeaseRequest(
                "w", null, slots, kinds, new TreeSet<>(), max, Duration.ofSeconds(20));
    }

    private static TaskResult wait(CountDownLatch latch) throws InterruptedException {
        latch.await();
        return done();
    }

    @Test
    void anEventIsPostedWhileATurnHoldsTheRun() {
        var stores = Engines.onPostgres(TestDatabase.fresh());
        try (var engines = new Engines(stores, new Script(Map.of()));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var run = engines.start(DIAMOND);
            engines.await(run, RunStatus.SUCCEEDED);

            var posted =
                    stores.transactions()
                            .asSystem(() -> {
                                var locked = stores.runs().lock(new TreeSet<>(Set.of(run)));
                                var post =
                                        threads.submit(() ->
                                                engines.engine.post(
                                                        Engines.TENANT,
                                                        run,
                                                        new Promoted("somebody")));
                                Awaitility.await().until(post::isDone);
                                return locked.keySet();
                            });

            assertThat(posted).containsExactly(run);
        }
    }
}
