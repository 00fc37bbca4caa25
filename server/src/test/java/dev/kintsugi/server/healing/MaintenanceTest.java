package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.health.HealthCheck.Answer;
import dev.kintsugi.healing.time.TimeAndChance;
import dev.kintsugi.server.app.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What a server answers while it only reads. */
class MaintenanceTest {
    private static TestServer server;
    private static String tenantsKey = "";

    @BeforeAll
    static void makeThreeComponentsIll() {
        server = TestServer.start(Map.of());
        tenantsKey =
                server.post("/api/v1/tenants", server.key(), "{\"name\": \"curious\"}")
                        .json()
                        .path("api_key")
                        .asString();
        var health = server.context().getBean(ServerHealth.class);
        for (String name : new String[] {"planted-a", "planted-b", "planted-c"}) {
            health.watch(
                    new OwnComponent(name, () -> new Answer(HealthStatus.UNHEALTHY, "is planted")));
        }
        health.round();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void refusesWritesAndSaysWhy() throws Exception {
        for (String path :
                List.of(
                        "/api/v1/runs",
                        "/api/v1/tenants",
                        "/api/v1/work/lease",
                        "/api/v1/work/%6Cease",
                        "/api/v1/work/lease;x",
                        "/git/../api/v1/runs")) {
            HttpResponse<String> refused = post(path);

            assertThat(refused.statusCode()).as(path).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("15");
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(
                            it -> assertThat(it).startsWith("application/problem+json"));
            assertThat(refused.body())
                    .contains("\"code\":\"maintenance\"")
                    .contains("planted-a, planted-b, planted-c")
                    .doesNotContain("is planted");
        }
    }

    /** What a refusal costs is nothing that strangers could make it pay again and again. */
    @Test
    void checksNothingToRefuse() throws Exception {
        var checks = new AtomicInteger();
        var nanos = new AtomicLong();
        var time =
                new TimeAndChance(
                        () -> Instant.EPOCH,
                        nanos::get,
                        _ -> {},
                        (_, _) -> () -> {},
                        new Random(1));
        var ill =
                Stream.of("a", "b", "c")
                        .map(name ->
                                new OwnComponent(
                                        name,
                                        () -> {
                                            checks.incrementAndGet();
                                            return new Answer(HealthStatus.UNHEALTHY, "ill");
                                        }))
                        .toList();
        var health = new ServerHealth(ill, _ -> {}, BreakerStore.none(), time);
        health.round();
        nanos.addAndGet(ServerHealth.INTERVAL.toNanos());
        var request = new MockHttpServletRequest("POST", "/api/v1/runs");
        request.setServletPath("/api/v1/runs");
        var refused = new MockHttpServletResponse();

        new MaintenanceFilter(health).doFilter(request, refused, new MockFilterChain());

        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getContentAsString()).contains("a, b, c");
        assertThat(checks).hasValue(3);
    }

    @Test
    void refusesNewRunsAndTakesTheRestWithTwoIll() throws Exception {
        assertThat(statusWith(2, "/api/v1/runs")).isEqualTo(503);
        assertThat(statusWith(2, "/api/v1/runs/r-1/fork")).isEqualTo(503);
        for (String path : List.of("/api/v1/runs/r-1/cancel", "/api/v1/runs/r-1/resume")) {
            assertThat(statusWith(2, path)).as(path).isEqualTo(200);
        }
        assertThat(statusWith(1, "/api/v1/runs")).isEqualTo(200);
    }

    /** Such a database is one ill component of four, and not one write would succeed. */
    @Test
    void refusesWritesWhileTheDatabaseTakesNone() throws Exception {
        var ill = ill(OwnComponents.WRITES);
        var health =
                new ServerHealth(List.of(ill), _ -> {}, BreakerStore.none(), TimeAndChance.real());
        health.round();

        assertThat(health.view().level()).isEqualTo(DegradationLevel.LIMITED);
        var refused = answer(health, "/api/v1/runs/r-1/cancel");
        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getContentAsString()).contains("only reads", "database-writes");
    }

    private static int statusWith(int howMany, String path) throws Exception {
        var ill = Stream.of("a", "b", "c").limit(howMany).map(MaintenanceTest::ill).toList();
        var health = new ServerHealth(ill, _ -> {}, BreakerStore.none(), TimeAndChance.real());
        health.round();
        return answer(health, path).getStatus();
    }

    private static OwnComponent ill(String name) {
        return new OwnComponent(name, () -> new Answer(HealthStatus.UNHEALTHY, "ill"));
    }

    private static MockHttpServletResponse answer(ServerHealth health, String path)
            throws Exception {
        var request = new MockHttpServletRequest("POST", path);
        request.setServletPath(path);
        var response = new MockHttpServletResponse();
        new MaintenanceFilter(health).doFilter(request, response, new MockFilterChain());
        return response;
    }

    @Test
    void goesOnReading() {
        assertThat(server.get("/api/v1/runs", server.key()).status()).isEqualTo(200);
        assertThat(server.get("/api/v1/healing/health", server.key()).status()).isEqualTo(200);
        assertThat(server.get("/health/live", server.key()).status()).isEqualTo(200);
    }

    @Test
    void goesOnTakingWhatEndsWork() {
        for (String path : List.of("/api/v1/work/complete", "/git/r-1/git-receive-pack")) {
            var answer = server.post(path, server.key(), "{}");

            assertThat(answer.status()).as(answer.text()).isNotEqualTo(503);
        }
    }

    @Test
    void tellsWhatIsOnOffer() {
        var view = server.get("/api/v1/healing/degradation", server.key()).json();

        assertThat(view.path("level").asString()).isEqualTo("maintenance");
        assertThat(view.path("because").size()).isEqualTo(3);
        assertThat(view.at("/features/writes").asBoolean()).isFalse();
        assertThat(view.at("/features/reads").asBoolean()).isTrue();
        assertThat(view.path("components").size()).isEqualTo(7);
        assertThat(view.toString()).contains("is planted");
    }

    @Test
    void tellsTenantsNoMessages() {
        var view = server.get("/api/v1/healing/degradation", tenantsKey).json();

        assertThat(view.path("because").size()).isEqualTo(3);
        assertThat(view.toString()).contains("planted-a").doesNotContain("is planted");
    }

    private static HttpResponse<String> post(String path) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    server.to(path)
                            .header("Authorization", "Bearer " + server.key())
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
