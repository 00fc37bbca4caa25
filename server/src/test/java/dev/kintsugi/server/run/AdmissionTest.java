package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How much a tenant may have at once, and whose key may approve. */
class AdmissionTest {
    private static final String SLOW = "  - {id: slow, exec: sleep 600}\n";
    private static final String PLAN = "plan: 1\nname: slow\nsteps:\n" + SLOW;
    private static RunHttp http;

    @BeforeAll
    static void start() {
        http =
                RunHttp.start(
                        Map.of(
                                "FEATURE_META_V4_ENABLED", "true",
                                "KINTSUGI_MAX_ACTIVE_RUNS", "2"));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void aTenantHasOnlySoManyActiveRunsAndIsToldWhenToComeBack() throws Exception {
        var acme = http.as("acme");
        var first = acme.submit(PLAN, "Idempotency-Key", "k").json().path("run").asString();
        acme.run(SLOW);

        var third = acme.submit(PLAN);

        assertProblem(third, 429, "too_many");
        assertThat(third.text()).contains("2 active runs");
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            var raw =
                    http.server()
                            .to("/api/v1/runs")
                            .header("Authorization", "Bearer " + acme.key())
                            .header("Content-Type", "application/yaml")
                            .POST(BodyPublishers.ofString(PLAN))
                            .build();
            assertThat(
                            client.send(raw, BodyHandlers.ofString())
                                    .headers()
                                    .firstValue("Retry-After"))
                    .hasValue("5");
        }
        // handed in twice it is the same run, and other tenants have room of their own
        assertThat(acme.submit(PLAN, "Idempotency-Key", "k").json().path("run").asString())
                .isEqualTo(first);
        assertThat(http.as("roomy").submit(PLAN).status()).isEqualTo(201);

        acme.post("/api/v1/runs/%s/cancel".formatted(first), "{}");
        acme.ended(first);
        assertThat(acme.submit(PLAN).status()).isEqualTo(201);
    }

    @Test
    void aTenantsOwnLimitOnlyLowersThePlatforms() {
        var modest = http.as("modest");
        modest.run(SLOW);
        limit("modest", "1");
        assertProblem(modest.submit(PLAN), 429, "too_many");

        limit("modest", "50");
        assertThat(modest.submit(PLAN).status()).isEqualTo(201);
        assertProblem(modest.submit(PLAN), 429, "too_many");
    }

    private static void limit(String tenant, String most) {
        http.server().execute("delete from setting where tenant_id = ?", tenant);
        http.server()
                .execute(
                        "insert into setting (tenant_id, name, value, updated_at) values (?, 'max_active_runs', '%s', now())"
                                .formatted(most),
                        tenant);
    }

    @Test
    void aRollbackIsApprovedOnlyByAKeyThatMay() {
        var owner = http.as("careful");
        var run =
                owner.run(
                        """
                          - {id: put, exec: "true", undo: echo taken back}
                          - {id: ship, exec: exit 3, needs: [put]}
                        """);
        var waiting = owner.reached(run, "waiting");
        var answer =
                "{\"hash\": \"%s\"}".formatted(waiting.path("approval").path("hash").asString());
        var approve = "/api/meta/v4/runs/%s/approve-rollback".formatted(run);

        assertProblem(key("careful", "runner", "run").post(approve, answer), 403, "forbidden");
        var approver = key("careful", "approver", "approve");
        assertProblem(approver.submit(PLAN), 403, "forbidden");
        assertThat(approver.post(approve, answer).status()).isEqualTo(200);
        assertThat(owner.ended(run).path("status").asString()).isEqualTo("rolled_back");
    }

    private static RunHttp key(String tenant, String label, String scope) {
        var made =
                http.post(
                        "/api/v1/tenants/%s/keys".formatted(tenant),
                        "{\"label\": \"%s\", \"scopes\": [\"%s\"]}".formatted(label, scope));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return new RunHttp(http.server(), made.json().path("api_key").asString());
    }
}
