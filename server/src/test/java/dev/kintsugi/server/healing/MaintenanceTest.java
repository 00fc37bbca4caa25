package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.health.HealthCheck.Answer;
import dev.kintsugi.server.app.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a server answers while it only reads. */
class MaintenanceTest {
    private static TestServer server;

    @BeforeAll
    static void makeThreeComponentsIll() {
        server = TestServer.start(Map.of());
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
        for (String path : new String[] {"/api/v1/runs", "/api/v1/tenants", "/api/v1/work/lease"}) {
            HttpResponse<String> refused = post(path);

            assertThat(refused.statusCode()).as(path).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("15");
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(
                            it -> assertThat(it).startsWith("application/problem+json"));
            assertThat(refused.body())
                    .contains("\"code\":\"maintenance\"")
                    .contains("planted-a, planted-b, planted-c")
                    .contains("planted-a: is planted");
        }
    }

    @Test
    void goesOnReading() {
        assertThat(server.get("/api/v1/runs", server.key()).status()).isEqualTo(200);
        assertThat(server.get("/api/v1/healing/health", server.key()).status()).isEqualTo(200);
        assertThat(server.get("/health/live", server.key()).status()).isEqualTo(200);
    }

    @Test
    void goesOnTakingWhatEndsWork() {
        var answer = server.post("/api/v1/work/complete", server.key(), "{}");

        assertThat(answer.status()).as(answer.text()).isNotEqualTo(503);
    }

    @Test
    void tellsWhatIsOnOffer() {
        var view = server.get("/api/v1/healing/degradation", server.key()).json();

        assertThat(view.path("level").asString()).isEqualTo("maintenance");
        assertThat(view.path("because").size()).isEqualTo(3);
        assertThat(view.at("/features/writes").asBoolean()).isFalse();
        assertThat(view.at("/features/reads").asBoolean()).isTrue();
        assertThat(view.path("components").size()).isEqualTo(7);
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
