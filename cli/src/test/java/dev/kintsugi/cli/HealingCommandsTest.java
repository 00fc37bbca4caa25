package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealingCommandsTest extends CliFixture {
    private static final String API =
            """
            {"component":"api","critical":false,"status":"unhealthy","response_time_ms":12.5,"error_rate":0.25,
             "success_rate":0.75,"samples":100,"message":"api: 25 of 100 calls failed (25.0%)","issues":[],
             "checked_at":"2026-01-01T00:00:00Z"}\
            """;
    private static final String OPEN =
            """
            {"component":"api","state":"open","failure_count":0,"success_count":0,"isolated":false,
             "opened_at":"2026-01-01T00:00:00Z","retry_at":"2026-01-01T00:01:00Z",
             "config":{"failure_threshold":5,"success_threshold":2,"timeout_seconds":60.0,"half_open_max_calls":1}}\
            """;

    @Test
    void tellsHowAllComponentsAre() {
        server.on(
                        "GET /api/v1/healing/health",
                        200,
                        """
                        {"system_status":"degraded","error_rate":0.25,"success_rate":0.75,"message":"","issues":[],
                         "details":{"components":1,"healthy":0,"degraded":0,"unhealthy":1,"critical":0}}
                        """)
                .on("GET /api/v1/healing/health/components", 200, "{\"components\":[" + API + "]}");

        assertThat(kintsugi("health")).isZero();

        assertThat(out())
                .isEqualTo(
                        """
                        degraded  1 components: 0 healthy, 0 degraded, 1 unhealthy, 0 critical  25.0% of calls failed
                        unhealthy  api: 25 of 100 calls failed (25.0%)
                        """);
    }

    @Test
    void tellsHowOneComponentIsAsJson() {
        server.on("GET /api/v1/healing/health", 200, API);

        assertThat(kintsugi("health", "--component", "api", "--json")).isZero();

        assertThat(out())
                .contains("\"status\":\"unhealthy\"")
                .contains("\"response_time_ms\":12.5");
        assertThat(out().lines()).hasSize(1);
    }

    @Test
    void listsBreakersAndResetsOne() {
        server.on(
                        "GET /api/v1/healing/circuit-breakers",
                        200,
                        "{\"circuit_breakers\":[" + OPEN + "]}")
                .on(
                        "POST /api/v1/healing/circuit-breakers/reset",
                        200,
                        OPEN.replace("\"open\"", "\"closed\""));

        assertThat(kintsugi("breakers", "list")).isZero();
        assertThat(out()).isEqualTo("open  api  lets a call through at 2026-01-01T00:01:00Z\n");

        assertThat(kintsugi("breakers", "reset", "api")).isZero();
        assertThat(out()).endsWith("closed  api  0 of 5 failures in a row\n");
    }
}
