package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers with a home each, on one database. */
class TwoServersTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int RUNS = 4;

    @TempDir static Path folder;
    private static Path repository;
    private static TestServer left;
    private static TestServer right;

    @BeforeAll
    static void begin() throws Exception {
        repository = Files.createDirectories(folder.toRealPath().resolve("repository"));
        Files.writeString(repository.resolve("a.txt"), "one\n");
        git("init", "--quiet", "--initial-branch=main", ".");
        git("add", "--all");
        git("commit", "--quiet", "--message", "first");
        var environment =
                Map.of(
                        "KINTSUGI_WORKSPACE_ROOTS", repository.toString(),
                        "KINTSUGI_CHAIN_KEY", "5a".repeat(32),
                        "FEATURE_META_V4_ENABLED", "true");
        left = TestServer.start(environment);
        right = TestServer.beside(left, environment);
    }

    @AfterAll
    static void end() {
        right.close();
        left.close();
    }

    @Test
    void everyRunWithAWorkspaceIsDoneWhereItsRepositoryLies() {
        var plan =
                """
                plan: 1
                name: shared
                workspace: {git: %s}
                steps:
                  - {id: write, exec: echo two >> a.txt}
                  - {id: left, exec: grep two a.txt, needs: [write]}
                  - {id: right, exec: grep two a.txt, needs: [write]}
                """
                        .formatted(repository);
        try (var one = client(left);
                var other = client(right)) {
            var runs = new ArrayList<String>();
            for (int i = 0; i < RUNS; i++) {
                runs.add(submit(one, plan));
                runs.add(submit(other, plan));
            }

            // either server can be asked
            for (var run : runs) {
                var ended = ended(other, run);
                assertThat(ended.status())
                        .as(String.valueOf(ended.reason()))
                        .isEqualTo(RunStatus.SUCCEEDED);
                assertThat(ended.phases()).isEqualTo(RunView.Phases.NONE);
                assertThat(ended(one, run)).isEqualTo(ended);
            }
        }
    }

    @Test
    void aRunWithoutAWorkspaceIsAnyones() {
        try (var one = client(left);
                var other = client(right)) {
            var run = submit(one, "plan: 1\nname: bare\nsteps:\n  - {id: one, exec: \"true\"}\n");

            assertThat(ended(other, run).status()).isEqualTo(RunStatus.SUCCEEDED);
        }
    }

    private static KintsugiClient client(TestServer server) {
        return KintsugiClient.of(URI.create("http://127.0.0.1:" + server.port()), server.key());
    }

    private static String submit(KintsugiClient client, String plan) {
        return client.submit(Submission.of(plan)).run();
    }

    private static RunView ended(KintsugiClient client, String run) {
        return await().atMost(PATIENCE)
                .until(() -> client.run(run), view -> view.status().isFinal());
    }

    private static void git(String... command) throws Exception {
        var all = new ArrayList<>(List.of("git", "-c", "user.name=T", "-c", "user.email=t@e.org"));
        all.addAll(List.of(command));
        var process = new ProcessBuilder(all).directory(repository.toFile()).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }
}
