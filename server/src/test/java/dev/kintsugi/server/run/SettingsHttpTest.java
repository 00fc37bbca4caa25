package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.app.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a tenant sets for itself, and what it may use up. */
class SettingsHttpTest {
    private static final String PLAN = "plan: 1\nname: hi\nsteps:\n  - {id: hi, exec: echo hi}\n";
    private static RunHttp http;

    @BeforeAll
    static void start() {
        http =
                RunHttp.start(
                        Map.of(
                                "FEATURE_META_V4_ENABLED", "true",
                                "KINTSUGI_MAX_WORKERS", "2"));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void eachValueSaysWhoSetIt() {
        var acme = http.as("acme");

        assertThat(held(acme, "max_active_runs").toString())
                .contains("\"value\":10000,\"source\":\"default\"");
        assertThat(held(acme, "max_workers").toString())
                .contains("\"value\":2,\"source\":\"platform\"");
        assertThat(held(acme, "max_runs_per_day").has("value")).isFalse();

        assertThat(set(acme, "{\"max_active_runs\": 7, \"default_cost_budget_usd\": 2.5}").status())
                .isEqualTo(200);
        assertThat(held(acme, "max_active_runs").toString())
                .contains("\"value\":7,\"source\":\"tenant\"");

        operate("acme", "{\"max_active_runs\": 3}");
        assertThat(held(acme, "max_active_runs").toString())
                .contains("\"value\":3,\"source\":\"platform\"", "\"tenant\":7");

        set(acme, "{\"max_active_runs\": null}");
        operate("acme", "{\"max_active_runs\": null}");
        assertThat(held(acme, "max_active_runs").toString())
                .contains("\"value\":10000,\"source\":\"default\"");
        assertThat(held(http.as("other"), "default_cost_budget_usd").path("value").asString())
                .isEqualTo("10.0");
    }

    @Test
    void aRunsPlanGoesBeforeOrUnderWhatTheTenantSets() {
        var acme = http.as("planner");
        set(acme, "{\"default_cost_budget_usd\": 2, \"default_attempt_budget\": 3}");
        var plan = PLAN + "budget: {cost: 20 USD, attempts: 9}\n";
        var run = acme.submit(plan).json().path("run").asString();

        var holds = acme.get("/api/v1/settings?run=" + run).json();

        assertThat(named(holds, "default_cost_budget_usd").toString())
                .contains("\"value\":20,\"source\":\"run\"");
        assertThat(named(holds, "default_attempt_budget").toString())
                .contains("\"value\":3,\"source\":\"tenant\"", "\"run\":9");
        acme.ended(run);
        var accepted = acme.timeline(run).path(0).path("event").path("limits");
        assertThat(accepted.path("cost_nano_usd").asLong()).isEqualTo(20_000_000_000L);
        assertThat(accepted.path("attempts").asInt()).isEqualTo(3);
        assertProblem(http.as("nosy").get("/api/v1/settings?run=" + run), 404, "not_found");
    }

    @Test
    void whatIsRefusedNamesTheKeyAndItsRangeAndChangesNothing() {
        var acme = http.as("strict");

        var refused = set(acme, "{\"max_active_runs\": 0, \"max_wrokers\": 1, \"max_workers\": 1}");

        assertProblem(refused, 400, "bad_input");
        assertThat(refused.text())
                .contains(
                        "max_active_runs: must be a whole number in [1, 1000000], was 0",
                        "max_wrokers: there is no such setting");
        assertThat(held(acme, "max_workers").path("source").asString()).isEqualTo("platform");
        assertThat(set(acme, "{\"max_workers\": 3}").text())
                .contains("max_workers: must be in [0, 2]: the platform allows no more, was 3");
        assertThat(set(acme, "{\"max_active_runs\": 1.5}").text()).contains("whole number");
        assertThat(set(acme, "{\"max_active_runs\": 1E+400000}").text()).contains("was 1E+400000");
        assertProblem(set(acme, "{\"max_active_runs\": \"few\"}"), 400, "malformed_json");
        assertProblem(set(acme, "{}"), 400, "bad_input");
        assertProblem(set(acme, "[]"), 400, "malformed_json");
        var reader =
                acme.post("/api/v1/keys", "{\"label\": \"r\", \"scopes\": [\"read\", \"run\"]}");
        var key = new RunHttp(http.server(), reader.json().path("api_key").asString());
        assertProblem(set(key, "{\"max_workers\": 1}"), 403, "forbidden");
        assertThat(key.get("/api/v1/settings").status()).isEqualTo(200);
    }

    @Test
    void noTenantKeepsItsRunsShorterThanThePlatformRequires() {
        var acme = http.as("archive");
        operate("archive", "{\"keep_runs_min_days\": 20}");

        assertThat(set(acme, "{\"keep_runs_days\": 19}").text())
                .contains("must be in [20, 3650]: keep_runs_min_days asks for more, was 19");
        assertThat(set(acme, "{\"keep_runs_min_days\": 19}").text())
                .contains("must be in [20, 3650]: the platform asks for more, was 19");
        assertThat(set(acme, "{\"keep_runs_days\": 20, \"keep_runs_min_days\": 25}").status())
                .isEqualTo(200);
        assertThat(held(acme, "keep_runs_min_days").path("source").asString()).isEqualTo("tenant");
    }

    @Test
    void aChangeIsWrittenDownWithTheOldValueAndTheNew() {
        var acme = http.as("watched");
        set(acme, "{\"max_active_runs\": 7}");
        set(acme, "{\"max_active_runs\": 5}");

        var trail = acme.get("/api/v1/audit").json();

        assertThat(trail.path(0).path("detail").asString())
                .isEqualTo("settings of watched: max_active_runs from 7 to 5");
        assertThat(trail.path(1).path("detail").asString())
                .isEqualTo("settings of watched: max_active_runs from not set to 7");
    }

    @Test
    void runsBeyondADaysQuotaWaitForTheNextDay() {
        var acme = http.as("daily");
        set(acme, "{\"max_runs_per_day\": 1}");
        assertThat(acme.submit(PLAN).status()).isEqualTo(201);

        var second = acme.submit(PLAN);

        assertProblem(second, 429, "quota_exceeded");
        var midnight = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
        assertThat(second.text()).contains("max_runs_per_day: 1 runs", "free again at " + midnight);
        assertThat(http.as("unhurried").submit(PLAN).status()).isEqualTo(201);
    }

    @Test
    void moneyThatWasSpentCountsOnItsDayAndInItsMonth() {
        var acme = http.as("spender");
        set(acme, "{\"max_cost_per_day_usd\": 0.5}");
        var dear =
                acme.run(
                        """
                          - id: dear
                            exec: echo '{"cost_usd":0.5}' > $KINTSUGI_OUTPUT
                        """);
        acme.ended(dear);

        assertProblem(acme.submit(PLAN), 429, "quota_exceeded");
        assertThat(acme.submit(PLAN).text()).contains("0.5 US dollars were spent today of 0.5");
        set(acme, "{\"max_cost_per_day_usd\": null, \"max_cost_per_month_usd\": 0.6}");
        assertThat(acme.submit(PLAN).status()).isEqualTo(201);
        set(acme, "{\"max_cost_per_month_usd\": 0.25}");
        assertThat(acme.submit(PLAN).text()).contains("max_cost_per_month_usd", "this month");
    }

    @Test
    void aTenantThatKeepsTooMuchIsToldSo() {
        var acme = http.as("hoarder");
        acme.ended(acme.run("  - {id: talk, exec: echo 0123456789}\n"));
        set(acme, "{\"max_storage_mb\": 0}");

        var refused = acme.submit(PLAN);

        assertProblem(refused, 429, "quota_exceeded");
        assertThat(refused.text()).contains("max_storage_mb", "more than 0 MB");
    }

    @Test
    void aTenantHasOnlySoManyWorkers() {
        var acme = http.as("crowded");
        set(acme, "{\"max_workers\": 1}");
        var offer = "{\"worker\": \"%s\", \"slots\": {\"cpu\": 1}, \"capacity\": 1}";

        assertThat(acme.post("/api/v1/work/register", offer.formatted("one")).status())
                .isEqualTo(200);
        assertThat(acme.post("/api/v1/work/register", offer.formatted("one")).status())
                .isEqualTo(200);
        var refused = acme.post("/api/v1/work/register", offer.formatted("two"));

        assertProblem(refused, 429, "quota_exceeded");
        assertThat(refused.text()).contains("max_workers", "1 workers");
    }

    private static Answer set(RunHttp who, String json) {
        return patch(who, "/api/v1/settings", json);
    }

    private static void operate(String tenant, String json) {
        var answer = patch(http, "/api/v1/tenants/%s/settings".formatted(tenant), json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private static Answer patch(RunHttp who, String path, String json) {
        return http.server()
                .send(
                        http.server()
                                .to(path)
                                .header("Authorization", "Bearer " + who.key())
                                .header("Content-Type", "application/json")
                                .method("PATCH", BodyPublishers.ofString(json)));
    }

    private static JsonNode held(RunHttp who, String name) {
        return named(who.get("/api/v1/settings").json(), name);
    }

    private static JsonNode named(JsonNode settings, String name) {
        return settings.valueStream()
                .filter(one -> one.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
