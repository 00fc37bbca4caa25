package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.Engines.done;
import static dev.kintsugi.server.run.Engines.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.run.Engines.Script;
import dev.kintsugi.server.run.Engines.Stores;
import java.util.List;
import java.util.Map;
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
}
