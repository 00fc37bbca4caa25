package dev.kintsugi.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that stands still past its lease and then goes on as if nothing had been. */
class FrozenWorkerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir Path folder;

    @Test
    void changesNothingOnceItsLeaseIsOver() throws Exception {
        try (var ledger = new EffectLedger();
                var fleet = new Fleet(folder.toRealPath(), List.of("frozen"))) {
            var plan =
                    """
                    plan: 1
                    name: frozen
                    steps:
                      - id: pay
                        effects: once
                        exec: bash -c '%s'; sleep 5
                        reconcile: bash -c '%s'
                    """
                            .formatted(
                                    ledger.effect("true"),
                                    ledger.question("test $said = yes || exit 44"));
            var run = fleet.client().submit(Submission.of(plan)).run();
            await().atMost(PATIENCE).until(() -> !ledger.effects().isEmpty());

            signal("-STOP", fleet.pid("frozen"));
            fleet.addWorker("other");
            await().atMost(PATIENCE).until(() -> fleet.client().run(run).status().isFinal());
            var before = fleet.client().run(run);
            var story = fleet.client().timeline(run);
            signal("-CONT", fleet.pid("frozen"));
            var thawed = Instant.now();
            await("the frozen worker has told what it knows and asks for more")
                    .atMost(PATIENCE)
                    .until(() -> seen(fleet, "frozen").isAfter(thawed.plusSeconds(10)));

            assertThat(before.status()).as(story.toString()).isEqualTo(RunStatus.SUCCEEDED);
            assertThat(fleet.client().run(run)).isEqualTo(before);
            assertThat(fleet.client().timeline(run)).isEqualTo(story);
            assertThat(ledger.effects().values()).containsExactly(1);
        }
    }

    private static Instant seen(Fleet fleet, String worker) {
        return fleet.client().workers().stream()
                .filter(view -> view.worker().equals(worker))
                .findFirst()
                .orElseThrow()
                .lastSeen();
    }

    private static void signal(String signal, long pid) throws Exception {
        var kill = new ProcessBuilder("kill", signal, Long.toString(pid)).start();
        assertThat(kill.waitFor()).isZero();
    }
}
