package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.StepView;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ended runs done again in part, on a whole server. */
class ForkTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final SortedMap<String, String> AS_BEFORE = new TreeMap<>();
    private static final SortedMap<String, Boolean> ALL_KNOWN = new TreeMap<>();

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

    private static RunView submitted(String inputs, String steps) {
        var plan =
                "plan: 1\nname: fork\nworkspace: {git: %s, ref: main}\ndeliver: branch\ngate: {allow: []}\ninputs: %s\nsteps:\n%s"
                        .formatted(repository, inputs, steps.indent(2));
        return ended(client.submit(Submission.of(plan).from(repository.toString())).run());
    }

    private static RunView ended(String run) {
        await().atMost(PATIENCE).until(() -> client.run(run).status().isFinal());
        return client.run(run);
    }

    private static RunView forked(RunView run, @Nullable String from, Map<String, String> inputs) {
        return ended(client.fork(run.run(), from, new TreeMap<>(inputs), ALL_KNOWN).run());
    }

    private static List<Integer> attempts(RunView run) {
        return run.steps().stream().map(StepView::attempt).toList();
    }

    @Test
    void aRetryDoesWhatWasNotDoneOnWhatWas() throws Exception {
        var first =
                submitted(
                        "{fixed: {type: boolean, default: false}}",
                        """
                        - {id: build, exec: 'echo built >> a.txt; echo "{\\"v\\": 7}" > "$KINTSUGI_OUTPUT"'}
                        - {id: test, needs: [build], exec: 'test -e /nowhere', alternatives: [{exec: 'grep built a.txt && ${inputs.fixed}'}]}
                        - {id: tell, needs: [test], exec: 'echo ${steps.build.output.v} >> a.txt'}
                        """);
        Files.writeString(repository.resolve("a.txt"), "moved on\n");
        git("commit", "--quiet", "--all", "--message", "second");

        var second = forked(first, "test", Map.of("fixed", "true"));

        assertThat(first.status()).isEqualTo(RunStatus.FAILED);
        assertThat(second.status()).as(second.reason()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(second.parent()).isEqualTo(first.run());
        assertThat(attempts(second)).containsExactly(0, 2, 1);
        assertThat(git("show", second.branch() + ":a.txt")).isEqualTo("one\nbuilt\n7\n");
        assertThat(client.verify(second.run()).problem()).isNull();
        var accepted = (RunAccepted) client.timeline(second.run()).getFirst().event();
        assertThat(Objects.requireNonNull(accepted.origin()).steps())
                .singleElement()
                .matches(step -> step.effectKey().equals(first.run() + ":build:0"));
    }

    @Test
    void aForkOfAForkTakesOverWhatThatTookOver() throws Exception {
        var first =
                submitted(
                        "{}",
                        """
                        - {id: a, exec: 'echo a >> a.txt'}
                        - {id: b, needs: [a], exec: 'echo b >> a.txt'}
                        - {id: c, needs: [b], exec: 'echo c >> a.txt'}
                        """);

        var third = forked(forked(first, "b", Map.of()), "c", Map.of());

        assertThat(third.status()).as(third.reason()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(attempts(third)).containsExactly(0, 0, 1);
        assertThat(git("show", third.branch() + ":a.txt")).endsWith("a\nb\nc\n");
        var accepted = (RunAccepted) client.timeline(third.run()).getFirst().event();
        assertThat(Objects.requireNonNull(accepted.origin()).steps().getFirst().effectKey())
                .isEqualTo(first.run() + ":a:0");
    }

    @Test
    void anEffectThatTookPlaceIsNotRepeated() {
        var first =
                submitted(
                        "{}",
                        """
                        - {id: a, exec: 'true'}
                        - {id: pay, effects: once, needs: [a], exec: 'echo "{\\"paid\\": true}" > "$KINTSUGI_OUTPUT"', undo: 'true'}
                        - {id: tell, needs: [pay], exec: 'test "${steps.pay.output.paid}" = true'}
                        """);

        var second = forked(first, "a", Map.of());

        assertThat(second.status()).as(second.reason()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(attempts(second)).containsExactly(1, 0, 1);
        assertThatThrownBy(() -> client.fork(first.run(), "pay", AS_BEFORE, ALL_KNOWN))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("took effect");
    }

    @Test
    void whatMayHaveTakenEffectIsAskedAbout() {
        var plan =
                "plan: 1\nname: once\nsteps: [{id: pay, effects: once, exec: sleep 100}, {id: tell, needs: [pay], exec: 'true'}]\n";
        var first = client.submit(Submission.of(plan)).run();
        await().atMost(PATIENCE)
                .until(() ->
                        client.run(first).steps().getFirst().status()
                                == RunView.StepStatus.RUNNING);
        client.cancel(first);
        ended(first);

        assertThatThrownBy(() -> client.fork(first, null, AS_BEFORE, ALL_KNOWN))
                .hasMessageContaining("Nobody knows whether step pay took effect");
        var second =
                ended(
                        client.fork(first, null, AS_BEFORE, new TreeMap<>(Map.of("pay", true)))
                                .run());

        assertThat(second.status()).as(second.reason()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(attempts(second)).containsExactly(0, 1);
    }

    @Test
    void whatARunTookOverIsNotItsToUndo() {
        var first =
                submitted(
                        "{ok: {type: boolean, default: true}}",
                        """
                        - {id: a, exec: 'true', undo: 'true'}
                        - {id: b, needs: [a], exec: '${inputs.ok}'}
                        """);

        var second = forked(first, "b", Map.of("ok", "false"));

        assertThat(second.status()).isEqualTo(RunStatus.FAILED);
        assertThat(second.approval()).isNull();
    }

    @Test
    void whatCannotBeTakenOverIsSaid() {
        var first =
                submitted(
                        "{to: {default: x}}",
                        "- {id: a, exec: 'echo ${inputs.to}'}\n- {id: b, needs: [a], exec: 'true'}\n");

        assertThatThrownBy(() -> forked(first, "b", Map.of("to", "y")))
                .hasMessageContaining("Step a uses input to");
        assertThatThrownBy(() -> forked(first, "c", Map.of())).hasMessageContaining("no step");
        assertThatThrownBy(() -> forked(first, null, Map.of())).hasMessageContaining("succeeded");
        assertThatThrownBy(() -> forked(first, "a", Map.of("tu", "y")))
                .hasMessageContaining("1 problem");
    }

    @Test
    void aKeyIsOfOneForkAlone() throws Exception {
        var first =
                submitted(
                        "{}",
                        "- {id: a, exec: 'echo a >> a.txt'}\n- {id: b, needs: [a], exec: 'echo b >> a.txt'}\n");
        var fork = "/api/v1/runs/%s/fork".formatted(first.run());

        var second = posted(fork, "k", "{\"from\": \"b\"}");
        var run = Json.mapper().readTree(second.body()).path("run").asString();
        ended(run);

        assertThat(second.statusCode()).as(second.body()).isEqualTo(201);
        assertThat(posted(fork, "k", "{\"from\": \"b\"}").body()).contains(run);
        assertThat(posted(fork, "k", "{\"from\": \"a\"}").statusCode()).isEqualTo(409);
        assertThat(
                        posted("/api/v1/runs/%s/fork".formatted(run), "k", "{\"from\": \"b\"}")
                                .statusCode())
                .isEqualTo(409);
    }

    @Test
    void aKeyOfASubmissionIsNotOfAFork() throws Exception {
        var plan =
                "{\"plan\": 1, \"name\": \"x\", \"steps\": [{\"id\": \"a\", \"exec\": \"true\"}]}";
        var first =
                ended(
                        Json.mapper()
                                .readTree(posted("/api/v1/runs", "s", plan).body())
                                .path("run")
                                .asString());

        var forked =
                posted("/api/v1/runs/%s/fork".formatted(first.run()), "s", "{\"from\": \"a\"}");
        var child = posted("/api/v1/runs?parent=" + first.run(), "s", plan);
        var again = posted("/api/v1/runs", "s", plan);

        assertThat(List.of(forked.statusCode(), child.statusCode(), again.statusCode()))
                .as(forked.body() + child.body() + again.body())
                .containsExactly(409, 409, 201);
    }

    private static HttpResponse<String> posted(String path, String key, String body)
            throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:%d%s".formatted(server.port(), path)))
                            .header("Authorization", "Bearer " + server.key())
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", key)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void childrenAreCancelledWithTheRunTheyWereStartedFrom() {
        var plan = "plan: 1\nname: long\nsteps: [{id: a, exec: sleep 100}]\n";
        var parent = client.submit(Submission.of(plan));
        var child = client.submit(Submission.of(plan).startedFrom(parent.run()));
        var grandchild = client.submit(Submission.of(plan).startedFrom(child.run()));
        var other = client.submit(Submission.of(plan));

        client.cancelWithChildren(parent.run());

        for (var run : List.of(parent, child, grandchild)) {
            assertThat(ended(run.run()).status()).isEqualTo(RunStatus.CANCELLED);
        }
        assertThat(client.run(other.run()).status().isFinal()).isFalse();
        assertThatThrownBy(() -> client.fork(other.run(), "a", AS_BEFORE, ALL_KNOWN))
                .hasMessageContaining("goes on");
        client.cancel(other.run());
        assertThatThrownBy(() -> client.submit(Submission.of(plan).startedFrom("r-none")))
                .hasMessageContaining("r-none");
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
