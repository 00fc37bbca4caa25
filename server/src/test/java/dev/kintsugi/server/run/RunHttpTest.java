package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.run.RunHttp.Sent;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The life of runs over HTTP, on the four-phase ladder. */
class RunHttpTest {
    private static final String HELLO = "  - {id: hello, exec: echo hello}\n";
    private static final String ROLLBACK =
            """
              - {id: put, exec: "true", undo: echo taken back}
              - {id: ship, exec: "echo cannot ship >&2; exit 3", needs: [put]}
            """;

    private static RunHttp http;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void takesAPlanInAsYamlOrJsonAndSaysWhereItIs() throws Exception {
        var yaml = http.submit("plan: 1\nname: yaml\nsteps:\n" + HELLO);
        var json =
                http.submit(
                        """
                        {"plan": 1, "name": "json", "steps": [{"id": "hello", "exec": "echo hello"}]}
                        """,
                        "Content-Type",
                        "application/json");

        assertThat(yaml.status()).as(yaml.text()).isEqualTo(201);
        assertThat(json.status()).as(json.text()).isEqualTo(201);
        assertThat(yaml.location()).isEqualTo("/api/v1/runs/" + yaml.json().path("run").asString());
        assertThat(http.get(yaml.location()).json().path("name").asString()).isEqualTo("yaml");
        var ended = http.ended(json.json().path("run").asString());
        assertThat(ended.path("status").asString()).isEqualTo("succeeded");
        assertThat(ended.path("steps").path(0).path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void theSameIdempotencyKeyAtTheSameMomentGivesOneRun() throws Exception {
        var plan = "plan: 1\nname: at-once\nsteps:\n" + HELLO;

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs =
                    threads
                            .invokeAll(
                                    Collections.nCopies(
                                            40,
                                            () ->
                                                    http.submit(plan, "Idempotency-Key", "at-once")
                                                            .json()
                                                            .path("run")
                                                            .asString()))
                            .stream()
                            .map(Future::resultNow)
                            .distinct()
                            .toList();

            assertThat(runs).singleElement().asString().startsWith("r-");
        }
    }

    @Test
    void theSameIdempotencyKeyGivesTheSameRun() {
        var plan = "plan: 1\nname: once\nsteps:\n" + HELLO;

        var first = http.submit(plan, "Idempotency-Key", "k-1");
        var again = http.submit(plan, "Idempotency-Key", "k-1");
        var other = http.submit(plan, "Idempotency-Key", "k-2");

        assertThat(again.json().path("run")).isEqualTo(first.json().path("run"));
        assertThat(other.json().path("run")).isNotEqualTo(first.json().path("run"));
        assertProblem(http.submit(plan, "Idempotency-Key", "k".repeat(201)), 400, "bad_input");
        var another = http.submit(plan.replace("once", "twice"), "Idempotency-Key", "k-1");
        assertProblem(another, 409, "conflict");
        assertThat(another.text()).contains(first.json().path("run").asString());
    }

    @Test
    void aPlanSentAsAFormIsRefused() {
        for (var type : new String[] {"application/x-www-form-urlencoded", "multipart/form-data"}) {
            var answer = http.submit("plan: 1\nname: form\nsteps:\n" + HELLO, "Content-Type", type);

            assertProblem(answer, 415, "unsupported_media_type");
        }
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefusedAndLeavesNoTrace() {
        var run = http.run(HELLO);
        var before = http.ended(run);
        var resume = "/api/v1/runs/%s/resume".formatted(run);

        assertProblem(
                http.post(resume, "{\"step\": \"hello\", \"happened\": true}"), 409, "conflict");
        assertProblem(
                http.post(resume, "{\"step\": \"nothing\", \"happened\": true}"), 404, "not_found");
        assertProblem(http.post("/api/v1/runs/r-none/resume", "{}"), 404, "not_found");
        assertThat(http.view(run)).isEqualTo(before);
    }

    @Test
    void promotingAgainChangesNothing() {
        var run = http.run(ROLLBACK);
        var before = http.reached(run, "waiting");

        var promoted = http.post("/api/meta/v4/runs/%s/promote".formatted(run), "{}");

        assertThat(promoted.status()).isEqualTo(200);
        assertThat(http.view(run).path("seq")).isEqualTo(before.path("seq"));
        http.post("/api/v1/runs/%s/cancel".formatted(run), "{}");
    }

    @Test
    void aTextThatCannotBeKeptIsBadInput() {
        assertProblem(http.get("/api/v1/runs?after=%00"), 400, "bad_input");
        assertProblem(http.get("/api/v1/runs?status=%00"), 400, "bad_input");
        var relative = "plan: 1\nname: x\nworkspace: {git: ./x}\nsteps:\n" + HELLO;
        assertProblem(
                http.server()
                        .send(
                                http.server()
                                        .to("/api/v1/runs?directory=%00")
                                        .header("Authorization", "Bearer " + http.key())
                                        .header("Content-Type", "application/yaml")
                                        .POST(BodyPublishers.ofString(relative))),
                400,
                "bad_input");
        assertProblem(http.submit("plan: 1\nname: \"a\\0b\"\nsteps:\n" + HELLO), 400, "bad_input");
        assertProblem(
                http.post("/api/v1/tenants/default/keys", "{\"label\": \"a\\u0000b\"}"),
                400,
                "bad_input");
    }

    @Test
    void listsRunsInPagesNewestFirstAndByStatus() {
        var tenant = http.as("pages");
        var runs = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            runs.addFirst(tenant.run(HELLO));
        }
        var failed = tenant.run("  - {id: a, exec: exit 3}\n");
        runs.addFirst(failed);
        runs.forEach(tenant::ended);

        var listed = new ArrayList<String>();
        String next = "";
        do {
            var page = tenant.get("/api/v1/runs?limit=2" + next).json();
            page.path("runs").forEach(run -> listed.add(run.path("run").asString()));
            next = page.has("next") ? "&after=" + page.path("next").asString() : "";
        } while (!next.isEmpty());
        var failures = tenant.get("/api/v1/runs?status=failed").json().path("runs");

        assertThat(listed).containsExactlyElementsOf(runs);
        assertThat(failures).hasSize(1);
        assertThat(failures.path(0).path("run").asString()).isEqualTo(failed);
        assertProblem(tenant.get("/api/v1/runs?status=lost"), 400, "bad_input");
        assertProblem(tenant.get("/api/v1/runs?limit=0"), 400, "bad_input");
        assertProblem(tenant.get("/api/v1/runs?after=r-none"), 400, "bad_input");
        var many = tenant.get("/api/v1/runs?limit=many");
        assertProblem(many, 400, "bad_input");
        assertThat(many.json().path("detail").asString())
                .isEqualTo("limit: \"many\" does not fit here");
    }

    @Test
    void streamsTheLogAndGoesOnWhereTheLineWasCut() {
        var run =
                http.run(
                        """
                          - {id: a, exec: echo a}
                          - {id: b, exec: echo b, needs: [a]}
                          - {id: c, exec: echo c, needs: [b]}
                        """);

        var before = http.follow(run, "0", 2);
        var after = http.follow(run, RunHttp.entries(before).getLast().id(), Integer.MAX_VALUE);

        var entries = new ArrayList<>(RunHttp.entries(before));
        entries.addAll(RunHttp.entries(after));
        assertThat(entries)
                .extracting(Sent::id)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, entries.size())
                                .mapToObj(String::valueOf)
                                .toList());
        assertThat(after.getLast().name()).isEqualTo("end");
        assertThat(entries.getLast().data()).isEqualTo(last(http.timeline(run)));
        assertProblem(http.get("/api/v1/runs/r-nothing/events"), 404, "not_found");
    }

    private static JsonNode last(JsonNode array) {
        return array.path(array.size() - 1);
    }

    @Test
    void cancellingEndsTheProcessesOfRunningSteps() {
        var run = http.run("  - {id: long, exec: sleep 86421 & sleep 86422}\n");
        await().atMost(Duration.ofSeconds(30)).until(() -> sleeping() == 2);

        var cancelled = http.post("/api/v1/runs/%s/cancel".formatted(run), "{}");

        assertThat(cancelled.status()).isEqualTo(202);
        assertThat(http.ended(run).path("status").asString()).isEqualTo("cancelled");
        await().atMost(Duration.ofSeconds(20)).until(() -> sleeping() == 0);
    }

    private static long sleeping() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.matches("(?:.*/)?sleep 8642[12]"))
                .count();
    }

    @Test
    void asksBeforeItRollsBackAndDoesSoOnceApproved() {
        var run = http.run(ROLLBACK);
        var approval = http.reached(run, "waiting").path("approval");
        var path = "/api/meta/v4/runs/%s/approve-rollback".formatted(run);

        assertThat(approval.path("undo").path(0).path("command").asString())
                .isEqualTo("echo taken back");
        assertProblem(http.post(path, "{\"approved\": true}"), 400, "bad_input");
        assertProblem(
                http.post(path, "{\"hash\": \"%s\"}".formatted("0".repeat(64))), 409, "conflict");
        var status = http.get("/api/meta/v4/runs/%s/repair-status".formatted(run)).json();
        assertThat(status.path("approval")).isEqualTo(approval);
        assertThat(status.path("repairs").findValuesAsString("kind")).contains("approval_needed");

        var answer =
                http.post(path, "{\"hash\": \"%s\"}".formatted(approval.path("hash").asString()));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        var ended = http.ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("rolled_back");
        assertThat(ended.path("steps").path(0).path("status").asString()).isEqualTo("undone");
        assertProblem(http.post(path, "{\"hash\": \"x\"}"), 409, "conflict");
    }

    @Test
    void aRollbackThatIsDeniedUndoesNothing() {
        var run = http.run(ROLLBACK);
        var hash = http.reached(run, "waiting").path("approval").path("hash").asString();

        http.post(
                "/api/meta/v4/runs/%s/approve-rollback".formatted(run),
                "{\"hash\": \"%s\", \"approved\": false, \"comment\": \"keep it\"}"
                        .formatted(hash));

        var ended = http.ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("failed");
        assertThat(ended.path("steps").path(0).path("status").asString()).isEqualTo("succeeded");
        assertThat(http.timeline(run).toString()).contains("keep it");
    }

    @Test
    void resumingARunThatNeedsNothingChangesNothing() {
        var run = http.run(HELLO);
        var ended = http.ended(run);

        var resumed = http.post("/api/v1/runs/%s/resume".formatted(run), "{}");

        assertThat(resumed.status()).isEqualTo(202);
        assertThat(resumed.json().path("seq")).isEqualTo(ended.path("seq"));
        assertProblem(
                http.post("/api/v1/runs/%s/resume".formatted(run), "{\"step\": \"hello\"}"),
                400,
                "bad_input");
    }

    @Test
    void theStatisticsAreWhatTheRunsAddUpTo() {
        var tenant = http.as("sums");
        for (var steps :
                List.of(
                        HELLO,
                        HELLO,
                        "  - {id: a, exec: exit 3, alternatives: [{exec: \"true\"}]}\n",
                        "  - {id: a, exec: exit 3}\n")) {
            tenant.ended(tenant.run(steps));
        }

        var stats = tenant.get("/api/meta/v4/stats").json();

        var byStatus = new HashMap<String, Integer>();
        var byPhase = new HashMap<String, Integer>();
        int attempts = 0;
        var runs = tenant.get("/api/v1/runs").json().path("runs");
        for (var run : runs) {
            byStatus.merge(run.path("status").asString(), 1, Integer::sum);
            attempts += run.path("attempts").asInt();
            for (var phase : List.of("retry", "patch", "replan", "rollback")) {
                byPhase.merge(phase, run.path("phases").path(phase).asInt(), Integer::sum);
            }
        }
        assertThat(stats.path("total_runs").asInt()).isEqualTo(4).isEqualTo(runs.size());
        byStatus.forEach((status, count) ->
                assertThat(stats.path("runs").path(status).asInt()).isEqualTo(count));
        byPhase.forEach((phase, count) ->
                assertThat(stats.path("repairs").path(phase).path("tried").asInt())
                        .isEqualTo(count));
        assertThat(byPhase.get("replan")).isEqualTo(1);
        assertThat(stats.path("repair_attempts").asInt()).isEqualTo(attempts);
        assertThat(stats.path("success_rate").asDouble()).isEqualTo(0.75);
    }

    @Test
    void anotherTenantsRunLooksLikeNone() {
        var run = http.run(HELLO);
        http.ended(run);
        var other = http.as("stranger");
        var none = "r-" + "0".repeat(26);

        for (var path :
                List.of(
                        "/api/v1/runs/%s",
                        "/api/v1/runs/%s/events",
                        "/api/v1/runs/%s/plan",
                        "/api/v1/runs/%s/steps/hello/log",
                        "/api/meta/v4/runs/%s/timeline",
                        "/api/meta/v4/runs/%s/repair-status")) {
            var theirs = other.get(path.formatted(run));
            assertProblem(theirs, 404, "not_found");
            assertThat(theirs.text().replace(run, none))
                    .isEqualTo(other.get(path.formatted(none)).text());
        }
        for (var path :
                List.of(
                        "/api/v1/runs/%s/cancel",
                        "/api/v1/runs/%s/resume", "/api/meta/v4/runs/%s/promote")) {
            var theirs = other.post(path.formatted(run), "{}");
            assertProblem(theirs, 404, "not_found");
            assertThat(theirs.text().replace(run, none))
                    .isEqualTo(other.post(path.formatted(none), "{}").text());
        }
        assertThat(other.get("/api/v1/runs").json().path("runs")).isEmpty();
    }

    @Test
    void aRepositoryOfTheMachinesUserIsNoOtherTenants(@TempDir Path folder) throws Exception {
        var made =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "git init -q -b main shop && cd shop && git -c user.name=Ann"
                                        + " -c user.email=a@b commit -q --allow-empty -m first")
                        .directory(folder.toFile())
                        .inheritIO()
                        .start();
        assertThat(made.waitFor()).isZero();
        Files.writeString(
                http.server().home().resolve("workspace-roots.json"), "[\"%s\"]".formatted(folder));
        var other = http.as("neighbour");
        var plan =
                """
                plan: 1
                name: reach
                workspace: {git: %s/%s}
                deliver: branch
                steps: [{id: a, exec: "true"}]
                """;

        var theirs = other.submit(plan.formatted(folder, "shop"));

        assertProblem(theirs, 400, "bad_input");
        assertThat(theirs.json().path("detail").asString())
                .startsWith("workspace.git: paths are not taken from tenant neighbour");
        assertThat(other.submit(plan.formatted(folder, "absent")).text()).isEqualTo(theirs.text());
        assertThat(other.get("/api/v1/runs").json().path("runs")).isEmpty();
        var own = http.submit(plan.formatted(folder, "shop"));
        assertThat(own.status()).as(own.text()).isEqualTo(201);
        http.ended(own.json().path("run").asString());
    }

    @Test
    void aPlanIsShownAsItsHashSays() throws Exception {
        var run = http.run(HELLO);

        var plan = http.get("/api/v1/runs/%s/plan".formatted(run));

        var digest = MessageDigest.getInstance("SHA-256").digest(plan.text().getBytes(UTF_8));
        var told = http.timeline(run).path(0).path("event").path("plan").asString();
        assertThat(told).isEqualTo(HexFormat.of().formatHex(digest));
        assertThat(plan.json().path("steps").path(0).path("id").asString()).isEqualTo("hello");
    }

    @Test
    void aSecretIsMaskedWhereverItsValueWouldShow() throws IOException {
        var secret = "hunter2-0123456789";
        var file = http.server().home().resolve("secrets").resolve("DEPLOY_TOKEN");
        Files.setPosixFilePermissions(
                Files.writeString(file, secret), PosixFilePermissions.fromString("rw-------"));
        var run =
                http.run(
                        """
                          - id: leak
                            exec: |
                              echo "log $TOKEN"
                              printf '{"x": "%s"}' "$TOKEN" > "$KINTSUGI_OUTPUT"
                            env: {TOKEN: "${secrets.DEPLOY_TOKEN}"}
                          - id: fail
                            exec: 'echo "error: bad token $TOKEN" >&2; exit 3'
                            env: {TOKEN: "${secrets.DEPLOY_TOKEN}"}
                            needs: [leak]
                        """);
        http.ended(run);

        var log = http.get("/api/v1/runs/%s/steps/leak/log".formatted(run)).text();
        var timeline = http.timeline(run).toString();
        var stream = http.follow(run, "0", Integer.MAX_VALUE).toString();
        assertThat(log).contains("log ").doesNotContain(secret);
        assertThat(timeline).contains("bad token").doesNotContain(secret);
        assertThat(stream).contains("bad token").doesNotContain(secret);
        var blobs = new ArrayList<String>();
        http.timeline(run)
                .forEach(entry -> {
                    for (var field : List.of("output", "evidence")) {
                        if (entry.path("event").has(field)) {
                            blobs.add(entry.path("event").path(field).asString());
                        }
                    }
                });
        assertThat(blobs).hasSizeGreaterThanOrEqualTo(2);
        for (var blob : blobs) {
            var content = http.get("/api/v1/blobs/" + blob);
            assertThat(content.status()).isEqualTo(200);
            assertThat(content.text()).isNotEmpty().doesNotContain(secret);
        }
    }
}
