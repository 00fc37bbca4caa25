package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent;
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

/** Steps mended by commands, on a whole server: scratch checkouts, sandbox, gate and proof. */
class AutofixTest {
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
                                "KINTSUGI_WORKSPACE_ROOTS",
                                repository.toString(),
                                "FEATURE_META_V4_ENABLED",
                                "true"));
        client = KintsugiClient.of(URI.create("http://127.0.0.1:" + server.port()), server.key());
    }

    @AfterAll
    static void end() {
        client.close();
        server.close();
    }

    @Test
    void anAutofixMendsAlsoWhenACommandOfTheCatalogueFailedBefore() throws Exception {
        var ended =
                ended(
                        """
                        - id: check
                          exec: "echo 'would reformat a.py'; grep -q two a.txt"
                          autofix: sed -i s/one/two/ a.txt
                        """);

        assertThat(ended.status())
                .as(String.valueOf(ended.reason()))
                .isEqualTo(RunStatus.SUCCEEDED);
        assertThat(ended.phases().patch()).isEqualTo(1);
        assertThat(refused(ended))
                .singleElement()
                .asString()
                .startsWith("catalogue: Format by black: it ");
        assertThat(git("show", ended.branch() + ":a.txt")).isEqualTo("two\n");
        try (var kept = Files.walk(server.home().resolve("checkouts").resolve(ended.run()))) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.contains("-mend"));
        }
    }

    @Test
    void anAutofixMayReadTheOutputsOfEarlierSteps() throws Exception {
        var ended =
                ended(
                        """
                        - id: version
                          exec: echo '{"number":"four"}' > $KINTSUGI_OUTPUT
                        - id: check
                          needs: [version]
                          exec: grep -q four a.txt
                          autofix: echo ${steps.version.output.number} >> a.txt
                        """);

        assertThat(ended.status())
                .as(String.valueOf(ended.reason()))
                .isEqualTo(RunStatus.SUCCEEDED);
        assertThat(git("show", ended.branch() + ":a.txt")).isEqualTo("one\nfour\n");
    }

    @Test
    void theTimelineSaysWhyAnAutofixGaveNoPatch() throws Exception {
        var ended =
                ended(
                        """
                        - id: check
                          exec: grep -q two a.txt
                          autofix: echo no fixer here; exit 3
                        """);

        assertThat(refused(ended))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("autofix: Run the step's autofix: it failed: "));
    }

    private static RunView ended(String steps) {
        var plan =
                "plan: 1\nname: mend\nworkspace: {git: %s, ref: main}\ndeliver: branch\ngate: {allow: [\"**\"]}\nsteps:\n%s"
                        .formatted(repository, steps.indent(2));
        var run =
                client.submit(Submission.of(plan).from(repository.toString()).onLadder(Ladder.V4))
                        .run();
        await().atMost(PATIENCE)
                .until(() -> {
                    var status = client.run(run).status();
                    return status.isFinal() || status == RunStatus.WAITING;
                });
        return client.run(run);
    }

    private static List<String> refused(RunView run) {
        var lines = new ArrayList<String>();
        for (var entry : client.timeline(run.run())) {
            switch (entry.event()) {
                case RunEvent.PatchProposed proposed -> lines.addAll(proposed.refused());
                case RunEvent.PatchNotFound none -> lines.addAll(none.refused());
                default -> {}
            }
        }
        return lines;
    }

    private static String git(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git", "-c", "user.name=Ann"));
        command.addAll(List.of("-c", "user.email=ann@example.org"));
        command.addAll(List.of(arguments));
        var process =
                new ProcessBuilder(command)
                        .directory(repository.toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
