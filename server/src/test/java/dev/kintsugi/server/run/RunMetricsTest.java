package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Metrics under exactly the names that the source document fixes. */
class RunMetricsTest {
    private static RunHttp http;
    private static String run;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        run =
                http.run(
                        "  - {id: a, exec: exit 3, alternatives: [{exec: exit 4}, {exec: \"true\"}]}\n");
        http.ended(run);
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void everyNameIsOnTheScrapeExactly() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(types())
                                .containsEntry("meta_builder_v4_agent_latency_seconds", "summary")
                                .containsEntry("meta_builder_v4_agent_throughput_total", "counter")
                                .containsEntry("meta_builder_v4_queue_depth", "gauge")
                                .containsEntry("meta_builder_v4_repair_attempts_total", "counter")
                                .containsEntry("meta_builder_v4_repair_duration_seconds", "summary")
                                .containsEntry("meta_builder_v4_budget_usage", "summary")
                                .containsEntry("meta_builder_v4_budget_exceeded_total", "counter")
                                .containsEntry("meta_builder_v4_run_cost_usd", "summary")
                                .containsEntry("meta_builder_v4_total_cost_usd", "gauge"));
    }

    private static Map<String, String> types() {
        return scrape().lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[2], words -> words[3]));
    }

    private static String scrape() {
        return http.server().send(http.server().to("/metrics")).text();
    }

    @Test
    void noLabelNamesARunOrATenant() {
        assertThat(scrape()).doesNotContain("run_id", run, "tenant");
    }

    @Test
    void countsWhatTheRunDid() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(scrape())
                                .containsPattern(
                                        "meta_builder_v4_repair_attempts_total\\{outcome=\"verified\",phase=\"replan\"\\}"
                                                + " [1-9]")
                                .containsPattern(
                                        "meta_builder_v4_repair_attempts_total\\{outcome=\"failed\",phase=\"replan\"\\}"
                                                + " [1-9]")
                                .containsPattern(
                                        "meta_builder_v4_agent_throughput_total\\{agent=\"exec\",outcome=\"success\",queue=\"cpu\"\\}"
                                                + " [1-9]"));
    }

    @Test
    void countsEachBudgetThatStopsARun() {
        var attempts =
                """
                plan: 1
                name: attempts
                budget: {attempts: 1}
                steps:
                  - {id: a, exec: exit 3, alternatives: [{exec: exit 4}, {exec: exit 5}]}
                """;
        var time = "plan: 1\nname: time\nbudget: {time: 1s}\nsteps:\n  - {id: a, exec: sleep 60}\n";

        for (var plan : new String[] {attempts, time}) {
            http.ended(http.submit(plan).json().path("run").asString());
        }

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(exceeded())
                                .containsEntry("attempts", 1.0)
                                .containsEntry("time", 1.0)
                                .containsEntry("cost", 0.0));
        assertThat(scrape()).contains("meta_builder_v4_budget_usage_count{budget_type=\"cost\"}");
        var context = http.server().context();
        var marked =
                context.getBean(Transactions.class)
                        .asTenant(
                                "default",
                                () ->
                                        context.getBean(JdbcClient.class)
                                                .sql(
                                                        "select budget_type from mb_v4_run_budget where exceeded_at is not null order by 1")
                                                .query(String.class)
                                                .list());
        assertThat(marked).containsExactly("attempts", "time");
    }

    private static Map<String, Double> exceeded() {
        return scrape().lines()
                .filter(line -> line.startsWith("meta_builder_v4_budget_exceeded_total{"))
                .map(line -> line.split("[\"} ]+"))
                .collect(Collectors.toMap(words -> words[1], words -> Double.valueOf(words[2])));
    }

    @Test
    void statisticsTellTriedRepairsFromVerifiedOnes() {
        var tenant = http.as("statistics");
        tenant.ended(tenant.run("  - {id: a, exec: exit 3, alternatives: [{exec: \"true\"}]}\n"));
        tenant.ended(tenant.run("  - {id: a, exec: exit 3, alternatives: [{exec: exit 4}]}\n"));

        var stats = tenant.get("/api/meta/v4/stats").json();

        var replans = stats.path("repairs").path("replan");
        assertThat(replans.path("tried").asInt()).isEqualTo(2);
        assertThat(replans.path("verified").asInt()).isEqualTo(1);
        assertThat(stats.path("total_cost_usd").asString()).isEqualTo("0.00");
        assertThat(stats.path("success_rate").asDouble()).isEqualTo(.5);
        assertThat(stats.path("repair_attempts").asInt()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void everyAttemptIsCountedInTheAgentsTable() {
        var transactions = http.server().context().getBean(Transactions.class);
        var jdbc = http.server().context().getBean(JdbcClient.class);
        var sql =
                """
                select agent_name || ' ' || metric_type || ', success ' || (metadata::json ->> 'success')
                    || ': ' || sum((metadata::json ->> 'attempts')::int)
                from mb_v4_agent_metrics
                group by agent_name, metric_type, metadata::json ->> 'success'
                """;

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    var attempts =
                            transactions.asTenant(
                                    "default", () -> jdbc.sql(sql).query(String.class).list());
                    assertThat(attempts)
                            .satisfiesExactlyInAnyOrder(
                                    failed ->
                                            assertThat(failed)
                                                    .matches(
                                                            "exec latency, success false: [1-9].*"),
                                    passed ->
                                            assertThat(passed)
                                                    .matches(
                                                            "exec latency, success true: [1-9].*"));
                });
    }
}
