package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.Engines.done;
import static dev.kintsugi.server.run.Engines.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Faulted;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.run.Engines.Script;
import dev.kintsugi.server.run.Engines.Stores;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
