package dev.kintsugi.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is asked to stop in the middle of a step. */
final class StopTest {
    private static final String PLAN =
            """
            plan: 1
            name: stops
            steps:
              - {id: long, exec: sleep 6.5431}
              - {id: after, exec: "true", needs: [long]}
            """;

    @TempDir Path temporary;

    @Test
    void givesItsWorkBackAndGoesOnWhenItStartsAgain() throws Exception {
        var home = Files.createDirectories(temporary.resolve("home"));
        try (var server = new KilledServer(home, temporary)) {
            var run = server.client().submit(Submission.of(PLAN)).run();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sleeping() == 1);

            server.stop();

            assertThat(sleeping()).isZero();
            assertThat(home.resolve("server.json")).doesNotExist();
            assertThat(Files.readString(home.resolve("test.log")))
                    .doesNotContain("ERROR")
                    .doesNotContain("\tat ");
            server.startAgain();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> server.client().run(run).status().isFinal());
            assertThat(server.client().run(run).status()).isEqualTo(RunStatus.SUCCEEDED);
            assertThat(server.client().timeline(run))
                    .filteredOn(entry -> entry.event() instanceof TaskLost)
                    .singleElement()
                    .satisfies(entry ->
                            assertThat(((TaskLost) entry.event()).reason())
                                    .isEqualTo("the server stops"));
        }
    }

    private static long sleeping() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.matches("(?:.*/)?sleep 6\\.5431"))
                .count();
    }
}
