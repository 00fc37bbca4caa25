package dev.kintsugi.server.healing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The endpoints of {@code /api/v1/healing}, each test as a tenant of its own. */
class HealingHttpTest {
    private static final String HEALING = "/api/v1/healing";
    private static final AtomicInteger TENANTS = new AtomicInteger();

    private static TestServer server;

    private String key = "";

    @BeforeAll
    static void start() {
        server = TestServer.start(Map.of());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void asNewTenant() {
        key = tenantsKey();
    }

    @Test
    void tellsOfASystemWithoutComponents() {
        assertThat(get("/health").json()).isEqualTo(golden("empty-health.json"));
        assertThat(get("/recovery/stats").json()).isEqualTo(golden("empty-recovery-stats.json"));
        assertThat(get("/recovery/recent").json()).isEqualTo(golden("empty-recent.json"));
        assertThat(get("/circuit-breakers").json()).isEqualTo(golden("empty-breakers.json"));
    }

    /** The numbers of the seed document: 5 components, one of them degraded, 2% of calls failed. */
    @Test
    void tellsTheSystemsHealthAsTheSeedDoes() {
        for (int i = 1; i <= 4; i++) {
            report("c" + i, calls("b" + i, 990, 10));
        }
        report("c5", calls("b5", 940, 60));

        assertThat(get("/health").json()).isEqualTo(golden("health.json"));
    }

    @Test
    void tellsAComponentsHealth() {
        report(
                "openai_adapter",
                "{\"response_time_ms\": 250.5, " + calls("b1", 75, 25).substring(1));

        var health = (ObjectNode) get("/health?component=openai_adapter").json();

        assertThat(health.remove("checked_at")).isNotNull();
        assertThat(health).isEqualTo(golden("component-health.json"));
        assertThat(get("/health/components").json().path("components").path(0).path("status"))
                .isEqualTo(health.path("status"));
    }

    @Test
    void registersAComponentWithItsBreaker() {
        Answer made = post("/components/register", text("register.json"));
        Answer again = post("/components/register", text("register.json"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        var component = (ObjectNode) get("/components").json().path("components").path(0);
        assertThat(component.remove("registered_at")).isNotNull();
        assertThat(component).isEqualTo(golden("registered.json"));
        assertThat(get("/circuit-breakers").json()).isEqualTo(golden("closed-breaker.json"));
    }

    /** The numbers of the seed document: 150 recoveries, 142 of them successful. */
    @Test
    void countsRecoveriesAsTheSeedDoes() {
        report("api", recoveries("b1", "retry_backoff", 95, 5));
        report("api", recoveries("b2", "fallback", 28, 2));
        report("llm", recoveries("b3", "circuit_break", 19, 1));

        assertThat(get("/recovery/stats").json()).isEqualTo(golden("recovery-stats.json"));
        assertThat(
                        get("/recovery/stats?component=llm")
                                .json()
                                .at("/overall/total_recoveries")
                                .asInt())
                .isEqualTo(20);
    }

    @Test
    void countsContainedRecoveredAndVerifiedApart() {
        report(
                "api",
                """
                {"batch_id": "b1", "node": "n1", "recoveries": [
                  {"action": "circuit_break", "outcome": "contained"},
                  {"action": "retry_backoff", "outcome": "recovered"},
                  {"action": "rollback", "outcome": "verified"},
                  {"action": "custom", "outcome": "failed"}]}
                """);

        JsonNode overall = get("/recovery/stats").json().path("overall");

        assertThat(overall.path("total_recoveries").asInt()).isEqualTo(4);
        assertThat(overall.path("successful_recoveries").asInt()).isEqualTo(2);
        assertThat(overall.path("contained").asInt()).isEqualTo(1);
        assertThat(overall.path("recovered").asInt()).isEqualTo(1);
        assertThat(overall.path("verified").asInt()).isEqualTo(1);
    }

    @Test
    void tellsTheLastRecoveriesNewestFirst() {
        report("api", recoveries("b1", "retry_backoff", 12, 0));
        report("api", recoveries("b2", "fallback", 0, 1));

        JsonNode recent = get("/recovery/recent?count=3").json().path("recoveries");

        assertThat(recent.size()).isEqualTo(3);
        var newest = (ObjectNode) recent.path(0);
        assertThat(newest.remove("at")).isNotNull();
        assertThat(newest).isEqualTo(golden("recovery.json"));
        assertThat(get("/recovery/recent").json().path("recoveries").size()).isEqualTo(10);
    }

    /** Nobody tries such a call again, so somebody must be able to find it. */
    @Test
    void keepsCallsThatWereGivenUp() {
        report(
                "api",
                """
                {"batch_id": "b1", "node": "n1", "failures": [
                  {"category": "timeout", "message": "timed out"},
                  {"category": "validation", "operation": "generate", "message": "no such model", "error_id": "err-1"},
                  {"category": "api", "disposition": "client_error", "message": "404", "count": 7}]}
                """);

        JsonNode letters = get("/dead-letters").json().path("dead_letters");

        assertThat(letters.size()).isEqualTo(2);
        assertThat(letters.path(0).path("count").asInt()).isEqualTo(7);
        var first = (ObjectNode) letters.path(1);
        assertThat(first.remove("at")).isNotNull();
        assertThat(first).isEqualTo(golden("dead-letter.json"));
        assertThat(get("/dead-letters?count=1").json().path("dead_letters").size()).isEqualTo(1);
        assertProblem(get("/dead-letters?count=1001"), 400, "bad_input");
        key = tenantsKey();
        assertThat(get("/dead-letters").json().path("dead_letters").size()).isZero();
    }

    @Test
    void tellsOfTheServersOwnCallsItsOwnUserAlone() {
        var github = server.context().getBean(ServerHealth.class).recovery("github-planted");
        assertThatThrownBy(() ->
                        github.call(() -> {
                            throw new IllegalArgumentException("/repos/acme/secret-merger");
                        }))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(get("/dead-letters").json().path("server").size()).isZero();
        var own = server.get(HEALING + "/dead-letters", server.key()).json().path("server");
        assertThat(own.path(0).path("reason").asString()).contains("secret-merger");
    }

    @Test
    void takesABatchOnce() {
        JsonNode first = report("api", calls("same", 50, 50));
        JsonNode second = report("api", calls("same", 50, 50));

        assertThat(first.path("accepted").asBoolean()).isTrue();
        assertThat(second.path("accepted").asBoolean()).isFalse();
        assertThat(get("/health?component=api").json().path("samples").asInt()).isEqualTo(100);
    }

    @Test
    void opensABreakerAndResetsIt() {
        post("/components/register", text("register.json"));
        for (int i = 0; i < 5; i++) {
            report("openai_adapter", calls("b" + i, 0, 1));
        }

        JsonNode open = get("/circuit-breakers").json().path("circuit_breakers").path(0);
        assertThat(open.path("state").asString()).isEqualTo("open");
        assertThat(open.path("retry_at").asString()).isNotEmpty();
        assertThat(
                        report("openai_adapter", calls("b6", 0, 1))
                                .at("/circuit_breaker/state")
                                .asString())
                .isEqualTo("open");

        Answer reset = post("/circuit-breakers/reset", "{\"component\": \"openai_adapter\"}");

        assertThat(reset.json().path("state").asString()).isEqualTo("closed");
        assertThat(get("/circuit-breakers").json().at("/circuit_breakers/0/state").asString())
                .isEqualTo("closed");
    }

    @Test
    void tellsAllThatIsKnownOfAComponentAndForgetsIt() {
        report("api", calls("b1", 0, 25));
        report("api", recoveries("b2", "fallback", 3, 0));

        JsonNode stats = get("/component/api/stats").json();
        assertThat(stats.at("/health/status").asString()).isEqualTo("critical");
        assertThat(stats.at("/recovery/total_recoveries").asInt()).isEqualTo(3);
        assertThat(stats.path("recent_errors").size()).isEqualTo(20);
        assertThat(stats.at("/recent_errors/0/category").asString()).isEqualTo("timeout");

        assertThat(post("/component/api/reset", "").json().path("status").asString())
                .isEqualTo("insufficient_data");
        assertThat(get("/component/api/stats").json().at("/recovery/total_recoveries").asInt())
                .isZero();
    }

    @Test
    void checksAgainAndAgainFromStartToStop() {
        assertThat(get("/monitoring/status").json()).isEqualTo(golden("monitoring.json"));
        report("api", calls("b1", 0, 25));

        assertThat(post("/monitoring/start", "").json().path("active").asBoolean()).isTrue();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> get("/monitoring/status").json().path("rounds").asInt() == 1);
        assertThat(get("/components").json().at("/components/0/status").asString())
                .isEqualTo("critical");
        assertThat(post("/monitoring/stop", "").json().path("active").asBoolean()).isFalse();
    }

    @Test
    void keepsTenantsApart() {
        post("/components/register", text("register.json"));
        report("openai_adapter", calls("b1", 0, 25));
        report("openai_adapter", recoveries("b2", "fallback", 1, 0));

        key = tenantsKey();

        assertThat(get("/components").json().path("components").size()).isZero();
        assertThat(get("/health/components").json().path("components").size()).isZero();
        assertThat(get("/recovery/recent").json().path("recoveries").size()).isZero();
        assertThat(get("/recovery/stats").json()).isEqualTo(golden("empty-recovery-stats.json"));
        assertThat(get("/circuit-breakers").json()).isEqualTo(golden("empty-breakers.json"));
        assertProblem(get("/health?component=openai_adapter"), 404, "not_found");
        assertProblem(get("/recovery/stats?component=openai_adapter"), 404, "not_found");
        assertProblem(get("/component/openai_adapter/stats"), 404, "not_found");
        assertProblem(post("/component/openai_adapter/reset", ""), 404, "not_found");
        assertProblem(
                post("/circuit-breakers/reset", "{\"component\": \"openai_adapter\"}"),
                404,
                "not_found");
        assertThat(report("openai_adapter", calls("b1", 1, 0)).path("accepted").asBoolean())
                .isTrue();
    }

    @Test
    void saysWhatIsWrongWithARequest() {
        assertProblem(get("/health?component=none"), 404, "not_found");
        assertProblem(post("/components/register", "{}"), 400, "bad_input");
        assertProblem(post("/components/register", "{\"component\": \"a b\"}"), 400, "bad_input");
        assertProblem(post("/circuit-breakers/reset", "{}"), 400, "bad_input");
        assertProblem(get("/recovery/recent?count=0"), 400, "bad_input");
        assertProblem(get("/recovery/recent?count=1001"), 400, "bad_input");
        assertProblem(get("/recovery/recent?count=many"), 400, "bad_input");

        Answer config =
                post(
                        "/components/register",
                        """
                        {"component": "api", "circuit_breaker_config": {"failure_threshold": 0}}
                        """);
        assertThat(config.json().path("detail").asString())
                .isEqualTo("circuit_breaker_config: failureThreshold must be in [1, 1000], was 0");

        Answer outcomes =
                post(
                        "/component/api/outcomes",
                        """
                        {"node": "n1", "successes": -1, "failures": [{}],
                         "recoveries": [{"outcome": "failed", "duration_ms": -5}]}
                        """);
        assertProblem(outcomes, 400, "bad_input");
        assertThat(outcomes.json().path("problems"))
                .extracting(JsonNode::asString)
                .containsExactly(
                        "batch_id: must have 1 to 100 characters",
                        "successes: must be in [0, 1000000], was -1",
                        "failures[0].category: is missing",
                        "recoveries[0].duration_ms: must be in [0, 86400000], was -5.0",
                        "recoveries[0].action: is missing");
    }

    @Test
    void letsNobodyInWithoutAKey() {
        key = "wrong";

        assertProblem(get("/health"), 401, "unauthorized");
        assertProblem(post("/monitoring/start", ""), 401, "unauthorized");
    }

    private static String tenantsKey() {
        String name = "tenant-" + TENANTS.incrementAndGet();
        return server.post("/api/v1/tenants", server.key(), "{\"name\": \"%s\"}".formatted(name))
                .json()
                .path("api_key")
                .asString();
    }

    private Answer get(String path) {
        return server.get(HEALING + path, key);
    }

    private Answer post(String path, String json) {
        return server.post(HEALING + path, key, json);
    }

    private JsonNode report(String component, String outcomes) {
        Answer answer = post("/component/%s/outcomes".formatted(component), outcomes);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private static String calls(String batch, int successes, int failures) {
        String failure =
                "{\"category\": \"timeout\", \"operation\": \"generate\", \"message\": \"timed out\"}";
        return """
        {"batch_id": "%s", "node": "web-1", "successes": %d, "failures": [%s]}\
        """
                .formatted(
                        batch, successes, String.join(",", Collections.nCopies(failures, failure)));
    }

    private static String recoveries(String batch, String action, int recovered, int failed) {
        String recovery =
                """
                {"action": "%s", "outcome": "%s", "operation": "generate", "attempts": 2, "duration_ms": 2345.6,
                 "message": "planted"}
                """;
        var all = new java.util.ArrayList<String>();
        all.addAll(Collections.nCopies(recovered, recovery.formatted(action, "recovered")));
        all.addAll(Collections.nCopies(failed, recovery.formatted(action, "failed")));
        return "{\"batch_id\": \"%s\", \"node\": \"web-1\", \"recoveries\": [%s]}"
                .formatted(batch, String.join(",", all));
    }

    private static void assertProblem(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.type()).startsWith("application/problem+json");
        assertThat(answer.json().path("code").asString()).isEqualTo(code);
    }

    private static JsonNode golden(String name) {
        return Json.mapper().readTree(text(name));
    }

    private static String text(String name) {
        try (InputStream file = HealingHttpTest.class.getResourceAsStream("/healing/" + name)) {
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
