package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.platform.StartFailure;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program {@code kintsugi worker} against a server that does no steps itself. */
class RemoteWorkerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir static Path folder;
    private static Path repository;
    private static TestServer server;
    private static KintsugiClient client;

    @BeforeAll
    static void begin() throws Exception {
        repository = Files.createDirectories(folder.toRealPath().resolve("repository"));
        Files.writeString(repository.resolve("a.txt"), "one\n");
        git("init", "--quiet", "--initial-branch=main", ".");
        git("add", "--all");
        git("commit", "--quiet", "--message", "first");
        server =
                TestServer.start(
                        Map.of(
                                "KINTSUGI_WORKSPACE_ROOTS", repository.toString(),
                                "KINTSUGI_LOCAL_STEPS", "false",
                                "FEATURE_META_V4_ENABLED", "true"));
        client = KintsugiClient.of(URI.create("http://127.0.0.1:" + server.port()), server.key());
    }

    @AfterAll
    static void end() {
        client.close();
        server.close();
    }

    @Test
    void stepsWithAWorkspaceAreDoneAndMendedElsewhere() throws Exception {
        var programs = Files.createDirectories(folder.resolve("agents"));
        var program = programs.resolve("counter");
        Files.writeString(
                program,
                """
                #!/bin/sh
                read -r input
                echo "asked for $input"
                echo "{\\"got\\": $input}" > "$KINTSUGI_OUTPUT"
                """);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        var plan =
                """
                plan: 1
                name: elsewhere
                workspace: {git: %s, ref: main}
                deliver: branch
                gate: {allow: ["**"]}
                steps:
                  - {id: write, exec: echo "on $KINTSUGI_STEP" >> a.txt}
                  - {id: ask, agent: counter, input: {n: 7}, needs: [write]}
                  - id: check
                    exec: test "${steps.ask.output.got.n}" = 7 && grep -q "on write" a.txt && grep -q mended a.txt
                    autofix: echo mended >> a.txt
                    needs: [ask]
                """
                        .formatted(repository);
        try (var worker = worker("w-1", "--agents=counter", "--agent-folder=" + programs)) {

            var run = client.submit(Submission.of(plan)).run();

            var ended = ended(run);
            assertThat(ended.status())
                    .as(String.valueOf(ended.reason()))
                    .isEqualTo(RunStatus.SUCCEEDED);
            assertThat(ended.phases().patch()).isEqualTo(1);
            assertThat(git("show", ended.branch() + ":a.txt")).isEqualTo("one\non write\nmended\n");
            assertThat(client.log(run, "ask", 1, 0).text()).contains("asked for {\"n\":7}");
            assertThat(worker.holding()).isZero();
            assertThat(client.workers())
                    .anyMatch(seen -> seen.worker().equals("w-1") && seen.alive());
        }
    }

    @Test
    void aWorkerThatIsStoppedGivesBackWhatItHolds() throws Exception {
        var marker = folder.resolve("begun");
        var run =
                client.submit(
                                Submission.of(
                                        """
                                        plan: 1
                                        name: handed-on
                                        steps:
                                          - {id: one, exec: 'test "$KINTSUGI_WAIT" = no || sleep 600'}
                                        """))
                        .run();
        try (var worker = worker("w-2")) {
            await().atMost(PATIENCE).until(worker::holding, held -> held == 1);
        }

        await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> client.run(run).steps().getFirst().status(),
                        status -> status == RunView.StepStatus.QUEUED);
        assertThat(client.cancel(run).status()).isNotEqualTo(RunStatus.SUCCEEDED);
        assertThat(marker).doesNotExist();
    }

    @Test
    void twoOfTheSameNameDoNotWorkOnOneMachine() throws Exception {
        try (var _ = worker("w-3")) {
            assertThatThrownBy(() -> worker("w-3"))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("--id");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--server=nowhere          | --server must be an address",
                "--queues=gpu              | --queues must be among",
                "--capacity=0              | --capacity must be in [1, 1000]",
                "--agents=missing          | there is no program",
                "--label=zone              | --label must be like zone=a",
                "--id=a b                  | --id must be",
                "--colour=blue             | there is no option --colour",
            })
    void badArgumentsAreTold(String argument, String said) {
        var args = new ArrayList<String>();
        if (!argument.startsWith("--server")) {
            args.add("--server=http://127.0.0.1:1");
        }
        args.add(argument);

        assertThatThrownBy(() ->
                        RemoteWorkerSettings.of(
                                args.toArray(String[]::new), Map.of("KINTSUGI_API_KEY", "k")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(said);
    }

    @Test
    void aKeyThatIsNotForWorkIsToldWithARemedy() {
        var settings = settings("w-4", "kin_wrong");

        assertThatThrownBy(() -> RemoteWorker.start(settings, environment()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("scope work");
    }

    private static RemoteWorker worker(String id, String... args) {
        return RemoteWorker.start(settings(id, server.key(), args), environment());
    }

    private static RemoteWorkerSettings settings(String id, String key, String... args) {
        var all = new ArrayList<>(List.of(args));
        all.add("--server=http://127.0.0.1:" + server.port());
        all.add("--id=" + id);
        all.add("--capacity=2");
        return RemoteWorkerSettings.of(all.toArray(String[]::new), Map.of("KINTSUGI_API_KEY", key));
    }

    private static Map<String, String> environment() {
        var environment = new HashMap<>(System.getenv());
        environment.put("KINTSUGI_HOME", folder.resolve("worker-home").toString());
        return environment;
    }

    private static RunView ended(String run) {
        return await().atMost(PATIENCE)
                .until(() -> client.run(run), view -> view.status().isFinal());
    }

    private static String git(String... command) throws Exception {
        var all = new ArrayList<>(List.of("git", "-c", "user.name=T", "-c", "user.email=t@e.org"));
        all.addAll(List.of(command));
        var process = new ProcessBuilder(all).directory(repository.toFile()).start();
        var said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).isZero();
        return said;
    }
}
