package dev.kintsugi.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.edge.ApiWalk.Operation;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * One tenant walks through the whole API with what is another's: it sees no row and no count, and
 * nothing tells what is not its own from what does not exist.
 */
class CrossTenantTest {
    private static final String MARK = "crownjewel";
    private static final String SECRET = "jewelsecret";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static TestServer server;
    private static ApiWalk api;
    private static String owner;
    private static String stranger;
    private static String waiting;
    private static String working;
    private static String hash;
    private static JsonNode lease;

    @BeforeAll
    static void start() {
        server = TestServer.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        api = ApiWalk.of(server);
        owner = tenant("acme");
        stranger = tenant("globex");
        waiting =
                submit(
                        owner,
                        """
                          - {id: put, exec: "true", undo: echo taken back}
                          - {id: crownjewel, exec: exit 3, needs: [put]}
                        """);
        working = submit(owner, "  - {id: crownjewel, agent: crownjewel}\n");
        lease = leased(owner, "w-crownjewel", "crownjewel").path("lease");
        hash =
                api.send(
                                owner,
                                "PUT",
                                "/api/v1/work/blobs",
                                BodyPublishers.ofString(SECRET),
                                Map.of("Content-Type", "application/octet-stream"))
                        .json()
                        .path("hash")
                        .asString();
        server.post("/api/v1/keys", owner, "{\"label\": \"crownjewel\"}");
        api.send(
                owner,
                "PATCH",
                "/api/v1/settings",
                BodyPublishers.ofString("{\"max_active_runs\": 4711}"),
                Map.of("Content-Type", "application/json"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(view(waiting).toString()).contains("\"approval\":{"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void nothingTellsWhatIsAnothersFromWhatDoesNotExist() {
        var told = new ArrayList<String>();
        var before = view(waiting).toString();
        for (var operation : api.operations()) {
            beat();
            for (var run : List.of(waiting, working)) {
                told.addAll(differences(operation, run));
            }
        }

        assertThat(told).isEmpty();
        assertThat(view(waiting).toString()).isEqualTo(before);
        assertThat(server.get("/api/v1/audit", owner).text()).doesNotContain("globex");
        assertThat(server.get("/api/v1/settings", owner).text()).contains("4711");
        var done =
                server.post(
                        "/api/v1/work/complete",
                        owner,
                        "{\"lease\": %s, \"answer\": {\"output\": {}}}".formatted(lease));
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> status(working).equals("succeeded"));
    }

    private static List<String> differences(Operation operation, String run) {
        var told = new ArrayList<String>();
        Function<String, String> theirs = name -> theirs(name, run);
        var asked = send(operation, theirs);
        var absent = send(operation, CrossTenantTest::absent);
        for (var secret : List.of(SECRET, "acme", "4711")) {
            if (asked.text().contains(secret)) {
                told.add(operation + " shows what is another's: " + asked.text());
            }
        }
        // A component that is named is the caller's own: it is registered where there was none.
        var isOwnWork =
                operation
                        .toString()
                        .matches(
                                "POST /api/v1/(runs|keys|work/register|healing/components/register|healing/component/.*/outcomes)");
        var isNamed =
                !operation.variables().isEmpty()
                        || !operation.query().isEmpty()
                        || !operation.contentType().isEmpty();
        if (isNamed && !isOwnWork && !same(asked, absent, run)) {
            told.add("%s tells:%n%s%n%s".formatted(operation, asked, absent));
        }
        return told;
    }

    private static boolean same(Answer asked, Answer absent, String run) {
        return asked.status() == absent.status()
                && asked.type().equals(absent.type())
                && plain(asked.text(), name -> theirs(name, run))
                        .equals(plain(absent.text(), CrossTenantTest::absent));
    }

    /** Without the names that were asked for, which an answer may repeat. */
    private static String plain(String text, Function<String, String> names) {
        var plain = text;
        for (var name : List.of("key", "run", "hash", "worker", "step", "label")) {
            plain = plain.replace(names.apply(name), "<id>");
        }
        return plain.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>");
    }

    private static Answer send(Operation operation, Function<String, String> names) {
        var path = operation.at(names);
        if (operation.query().contains("run")) {
            path += "?run=" + names.apply("run");
        } else if (operation.path().equals("/api/v1/runs")) {
            path += "?after=" + names.apply("run");
        }
        return api.send(
                stranger,
                operation,
                path,
                api.body(operation, name -> name.equals("label") ? "own" : names.apply(name)));
    }

    private static String theirs(String name, String run) {
        return switch (name) {
            case "run", "id" -> run;
            case "step", "agents" -> MARK;
            case "label", "tenant" -> MARK;
            case "hash" -> hash;
            case "worker" -> "w-crownjewel";
            case "key" -> lease.path("key").asString();
            case "token" -> lease.path("token").asString();
            default -> "text";
        };
    }

    private static String absent(String name) {
        return switch (name) {
            case "run", "id" -> "r-01absent0absent0absent0absen";
            case "step", "agents" -> "nosuchstep";
            case "label", "tenant" -> "nosuchname";
            case "hash" -> "0".repeat(64);
            case "worker" -> "w-nosuchname";
            case "key" -> "r-01absent0absent0absent0absen:nosuchstep:1";
            case "token" -> lease.path("token").asString();
            default -> "text";
        };
    }

    @Test
    void aListIsOfTheOwnAlone() {
        for (var path :
                List.of("/api/v1/runs", "/api/v1/workers", "/api/v1/audit", "/api/v1/keys")) {
            assertThat(server.get(path, stranger).text())
                    .as(path)
                    .doesNotContain(SECRET)
                    .doesNotContain("acme");
        }
        var stats = server.get("/api/meta/v4/stats", tenant("newcomer")).text();
        assertThat(server.get("/api/meta/v4/stats", stranger).text()).isEqualTo(stats);
    }

    @Test
    void anIdempotencyKeyIsTheTenantsOwn() {
        var plan = "plan: 1\nname: p\nsteps:\n  - {id: a, agent: nobody}\n";
        var theirs = submitted(owner, plan).json().path("run").asString();
        var ours = submitted(stranger, plan.replace("name: p", "name: q"));

        assertThat(ours.status()).isEqualTo(201);
        assertThat(ours.json().path("run").asString()).isNotEqualTo(theirs);
    }

    private static Answer submitted(String key, String plan) {
        return api.send(
                key,
                "POST",
                "/api/v1/runs",
                BodyPublishers.ofString(plan),
                Map.of("Content-Type", "application/yaml", "Idempotency-Key", "the-same"));
    }

    @Test
    void gitTellsNothingOfAnothersRun() {
        submit(stranger, "  - {id: own, agent: own}\n");
        var own = leased(stranger, "w-own", "own");
        var proof = own.path("proof").asString();
        var leases =
                List.of(header(own.path("lease"), proof), header(lease, proof), header(lease, ""));
        for (var authorization : leases) {
            for (var path : List.of("info/refs?service=git-upload-pack", "input")) {
                var theirs = git(working, path, authorization);
                var absent = git("r-01absent0absent0absent0absen", path, authorization);

                assertThat(theirs.status()).isEqualTo(403);
                assertThat(absent).isEqualTo(theirs);
            }
        }
    }

    private static String header(JsonNode lease, String proof) {
        var text = "%s:%s:%s".formatted(lease.path("key").asString(), lease.path("token"), proof);
        return "Lease "
                + Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer git(String run, String path, String authorization) {
        var request = server.to("/git/%s/%s".formatted(run, path));
        if (path.equals("input")) {
            request.POST(BodyPublishers.ofString("{}"));
        }
        return server.send(request.header("Authorization", authorization));
    }

    @Test
    void noTimeTellsWhatIsAnothersFromWhatDoesNotExist() {
        var theirs = new ArrayList<Long>();
        var absent = new ArrayList<Long>();
        for (var i = 0; i < 120; i++) { // in turn, so that what else goes on hits both alike
            theirs.add(nanos("/api/v1/runs/" + waiting));
            absent.add(nanos("/api/v1/runs/r-01absent0absent0absent0absen"));
        }

        theirs.sort(Long::compare);
        absent.sort(Long::compare);
        var mean = (double) theirs.get(60) / absent.get(60);
        assertThat(mean).isBetween(0.5, 2.0);
    }

    private static long nanos(String path) {
        var start = System.nanoTime();
        assertThat(server.get(path, stranger).status()).isEqualTo(404);
        return System.nanoTime() - start;
    }

    private static void beat() {
        var beat =
                server.post(
                        "/api/v1/work/heartbeat",
                        owner,
                        "{\"worker\": \"w-crownjewel\", \"leases\": [%s]}".formatted(lease));
        assertThat(beat.json().path("lost")).as(beat.text()).isEmpty();
    }

    private static String tenant(String name) {
        return server.post("/api/v1/tenants", server.key(), "{\"name\": \"%s\"}".formatted(name))
                .json()
                .path("api_key")
                .asString();
    }

    private static String submit(String key, String steps) {
        var answer =
                api.send(
                        key,
                        "POST",
                        "/api/v1/runs",
                        BodyPublishers.ofString("plan: 1\nname: jewelsecret\nsteps:\n" + steps),
                        Map.of("Content-Type", "application/yaml"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("run").asString();
    }

    private static JsonNode leased(String key, String worker, String agent) {
        var asked =
                "{\"worker\": \"%s\", \"slots\": {\"io\": 9, \"cpu\": 9, \"llm\": 9}, \"agents\": [\"%s\"], \"patience_ms\": 20000}"
                        .formatted(worker, agent);
        return server.post("/api/v1/work/lease", key, asked).json().path("tasks").path(0);
    }

    private static JsonNode view(String run) {
        return server.get("/api/v1/runs/" + run, owner).json();
    }

    private static String status(String run) {
        return view(run).path("status").asString();
    }
}
