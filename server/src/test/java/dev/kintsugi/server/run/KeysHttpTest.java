package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.app.TestServer.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A tenant looks after its own keys, and each of them may what its scopes say. */
class KeysHttpTest {
    private static final String PLAN = "plan: 1\nname: hi\nsteps:\n  - {id: hi, exec: echo hi}\n";
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
    void eachEndpointAsksForItsScope() {
        var owner = http.as("scoped");
        var reader = key(owner, "reader", "\"read\"");
        var runner = key(owner, "runner", "\"run\", \"read\"");
        var worker = key(owner, "worker", "\"work\"");
        var admin = key(owner, "admin", "\"admin\"");

        assertThat(reader.get("/api/v1/runs").status()).isEqualTo(200);
        assertProblem(reader.submit(PLAN), 403, "forbidden");
        assertThat(runner.submit(PLAN).status()).isEqualTo(201);
        for (var stranger : new RunHttp[] {reader, runner, worker}) {
            assertProblem(stranger.get("/api/v1/keys"), 403, "forbidden");
        }
        assertThat(admin.get("/api/v1/keys").json()).hasSize(5);
        assertProblem(admin.get("/api/v1/runs"), 403, "forbidden");
        assertProblem(worker.submit(PLAN), 403, "forbidden");
        var asked = "{\"worker\": \"w\", \"slots\": {\"cpu\": 1}, \"kinds\": [\"step\"]}";
        assertThat(worker.post("/api/v1/work/lease", asked).status()).isEqualTo(200);
        assertProblem(runner.post("/api/v1/work/lease", asked), 403, "forbidden");
        for (var stranger : new RunHttp[] {owner, admin}) {
            assertProblem(
                    stranger.post("/api/v1/tenants", "{\"name\": \"mine\"}"), 403, "forbidden");
            assertProblem(stranger.post("/api/v1/shutdown", "{}"), 403, "forbidden");
        }
    }

    @Test
    void aRotatedKeyIsGoodBesideItsSuccessorUntilTheOverlapEnds() {
        var owner = http.as("rotating");
        var old = key(owner, "ci", "\"read\"");

        var rotated = owner.post("/api/v1/keys/ci/rotate", "{\"overlap_seconds\": 3600}");

        assertThat(rotated.status()).as(rotated.text()).isEqualTo(201);
        var fresh = as(rotated);
        assertThat(old.get("/api/v1/runs").status()).isEqualTo(200);
        assertThat(fresh.get("/api/v1/runs").status()).isEqualTo(200);
        assertProblem(fresh.submit(PLAN), 403, "forbidden");

        var again = as(owner.post("/api/v1/keys/ci/rotate", "{\"overlap_seconds\": 0}"));
        assertProblem(fresh.get("/api/v1/runs"), 401, "unauthorized");
        assertThat(old.get("/api/v1/runs").status()).isEqualTo(200);
        assertThat(again.get("/api/v1/runs").status()).isEqualTo(200);

        assertThat(delete(owner, "/api/v1/keys/ci").status()).isEqualTo(204);
        assertProblem(old.get("/api/v1/runs"), 401, "unauthorized");
        assertProblem(again.get("/api/v1/runs"), 401, "unauthorized");
        assertProblem(delete(owner, "/api/v1/keys/ci"), 404, "not_found");
        assertProblem(owner.post("/api/v1/keys/ci/rotate", "{}"), 404, "not_found");
    }

    @Test
    void whatMakesNoSenseIsRefusedByName() {
        var owner = http.as("strict");
        key(owner, "once", "\"read\"");

        assertProblem(create(owner, "once", "\"read\""), 409, "conflict");
        assertProblem(create(owner, "no good", "\"read\""), 400, "bad_input");
        assertProblem(create(owner, "k", "\"operate\""), 400, "bad_input");
        assertProblem(create(owner, "k", "null"), 400, "bad_input");
        assertProblem(create(owner, "k", "\"everything\""), 400, "malformed_json");
        for (var overlap : new String[] {"-1", "2592001", "9223372036854775807"}) {
            assertProblem(
                    owner.post(
                            "/api/v1/keys/once/rotate",
                            "{\"overlap_seconds\": %s}".formatted(overlap)),
                    400,
                    "bad_input");
        }
        for (var expiry : new String[] {"2020-01-01T00:00:00Z", "+999999999-01-01T00:00:00Z"}) {
            assertProblem(
                    owner.post(
                            "/api/v1/keys/once/rotate",
                            "{\"expires_at\": \"%s\"}".formatted(expiry)),
                    400,
                    "bad_input");
        }
    }

    @Test
    void theServersOwnKeyIsNotATenantAdministratorsToTake() {
        var admin = key(http, "deputy", "\"admin\"");
        var own = http.get("/api/v1/keys").json().path(0).path("label").asString();
        assertThat(own).startsWith("local-");

        assertProblem(admin.post("/api/v1/keys/%s/rotate".formatted(own), "{}"), 403, "forbidden");
        assertProblem(delete(admin, "/api/v1/keys/" + own), 403, "forbidden");
        assertThat(http.get("/api/v1/runs").status()).isEqualTo(200);
    }

    @Test
    void theTrailTellsApprovalFromDenialAndWhatAKeyMay() {
        var owner = http.as("told");
        var steps =
                """
                  - {id: put, exec: "true", undo: echo taken back}
                  - {id: ship, exec: exit 3, needs: [put]}
                """;
        for (var approved : new boolean[] {false, true}) {
            var run = owner.run(steps);
            var hash = owner.reached(run, "waiting").path("approval").path("hash").asString();
            owner.post(
                    "/api/meta/v4/runs/%s/approve-rollback".formatted(run),
                    "{\"hash\": \"%s\", \"approved\": %s}".formatted(hash, approved));
        }
        var secret = key(owner, "ci", "\"read\"").key();

        var trail = owner.get("/api/v1/audit").json();

        var details = trail.valueStream().map(entry -> entry.path("detail").asString("")).toList();
        assertThat(details.get(0)).isEqualTo("key ci of told: may read, for ever");
        assertThat(details.get(1)).startsWith("approved: rollback ");
        assertThat(details.get(3)).startsWith("denied: rollback ");
        assertThat(trail.toString()).doesNotContain(secret);
    }

    private static Answer create(RunHttp owner, String label, String scopes) {
        return owner.post(
                "/api/v1/keys", "{\"label\": \"%s\", \"scopes\": [%s]}".formatted(label, scopes));
    }

    private static RunHttp key(RunHttp owner, String label, String scopes) {
        return as(create(owner, label, scopes));
    }

    private static RunHttp as(Answer made) {
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return new RunHttp(http.server(), made.json().path("api_key").asString());
    }

    private static Answer delete(RunHttp owner, String path) {
        return http.server()
                .send(
                        http.server()
                                .to(path)
                                .header("Authorization", "Bearer " + owner.key())
                                .DELETE());
    }
}
