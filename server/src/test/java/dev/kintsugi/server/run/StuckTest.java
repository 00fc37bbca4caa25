package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.queue.TaskQueue;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A run that makes no progress is told from a slow one, and what was killed stays dead. */
class StuckTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
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
    void aLeaseThatIsRenewedWithoutProgressIsStuckAndOneThatProgressesIsSlow() {
        var silent = http.run("  - {id: think, agent: silent, timeout: 8m}\n");
        var slow = http.run("  - {id: think, agent: slow, timeout: 8m}\n");
        var patient = http.run("  - {id: think, agent: patient, timeout: 2h}\n");
        var lease = leased("silent").path("lease");
        var other = leased("slow").path("lease");
        leased("patient");
        judge();
        for (var run : new String[] {silent, slow, patient}) {
            unseenFor(run, 6);
        }

        assertThat(beat(lease, "thinking").path("lost")).isEmpty();
        judge(); // a word is progress
        assertThat(http.view(silent).has("stuck")).isFalse();
        unseenFor(silent, 6);
        assertThat(beat(lease, "thinking").path("lost")).isEmpty();
        beat(other, "40 %");
        judge(); // the same word again is none

        assertThat(http.view(silent).path("stuck").asString())
                .isEqualTo(
                        "step think: its worker renews the lease, but has shown no progress for 6 min");
        assertThat(http.view(slow).has("stuck")).isFalse();
        assertThat(http.view(patient).has("stuck")).isFalse();
        var listed = http.get("/api/v1/runs?stuck=true").json().path("runs");
        assertThat(listed.valueStream().map(run -> run.path("run").asString()))
                .contains(silent)
                .doesNotContain(slow, patient);
        assertThat(listed.path(0).has("stuck")).isTrue();
        assertThat(http.get("/metrics").text()).containsPattern("meta_builder_v4_stuck_runs [1-9]");

        beat(lease, "a thought");
        judge();
        assertThat(http.view(silent).has("stuck")).isFalse();
    }

    @Test
    void aResetTakesTheTaskFromItsWorkerAndIsNoAttempt() {
        var run = http.run("  - {id: think, agent: frozen}\n");
        var first = leased("frozen").path("lease");

        var reset = http.post("/api/v1/runs/%s/reset".formatted(run), "{\"step\": \"think\"}");

        assertThat(reset.status()).as(reset.text()).isEqualTo(202);
        var second = leased("frozen").path("lease");
        assertThat(second.path("key")).isEqualTo(first.path("key"));
        assertThat(second.path("token").asLong()).isGreaterThan(first.path("token").asLong());
        // the worker that was frozen comes back
        assertThat(beat(first, "back again").path("lost")).hasSize(1);
        assertProblem(complete(first), 409, "stale_lease");
        assertThat(complete(second).status()).isEqualTo(200);
        var ended = http.ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("succeeded");
        assertThat(ended.path("attempts").asInt()).isZero();
        assertThat(ended.path("steps").path(0).path("attempt").asInt()).isEqualTo(1);
        assertProblem(http.post("/api/v1/runs/%s/reset".formatted(run), "{}"), 409, "conflict");
    }

    @Test
    void onlyWhatIsThereIsReset() {
        var run = http.run("  - {id: think, agent: nowhere}\n");
        var reset = "/api/v1/runs/%s/reset".formatted(run);

        assertProblem(http.post(reset, "{}"), 409, "conflict");
        assertProblem(http.post(reset, "{\"step\": \"none\"}"), 404, "not_found");
        assertProblem(http.as("nosy").post(reset, "{}"), 404, "not_found");
        http.server()
                .execute(
                        "update mb_v4_queue_lease set available_at = now() - interval '11 min' where run_id = ?",
                        run);
        judge();
        assertThat(http.view(run).path("stuck").asString())
                .isEqualTo("step think: no worker offers agent nowhere for 11 min");
    }

    /** A sweep must not hand out anew what died in the hands of a worker that was killed, too. */
    @Test
    void killedWorkIsNotHandedOutAgainWhenItsWorkerIsGone() {
        var run = http.run("  - {id: think, agent: doomed}\n");
        var lease = leased("doomed").path("lease");

        http.post("/api/v1/runs/%s/cancel".formatted(run), "{}");
        http.ended(run);
        http.server()
                .execute(
                        "update mb_v4_queue_lease set expires_at = now() - interval '1 day' where run_id = ?",
                        run);
        queue().sweep();
        judge();
        http.post("/api/v1/runs/%s/resume".formatted(run), "{}");

        assertProblem(http.post("/api/v1/runs/%s/reset".formatted(run), "{}"), 409, "conflict");
        assertThat(asked("doomed", 0)).isEmpty();
        assertThat(beat(lease, "still here").path("lost").path(0).path("reason").asString())
                .isEqualTo("cancelled");
        assertProblem(complete(lease), 409, "stale_lease");
        assertThat(http.view(run).path("status").asString()).isEqualTo("cancelled");
        assertThat(http.view(run).has("stuck")).isFalse();
    }

    /** A worker that died goes on in nobody's list for ever elsewhere; here its task moves. */
    @Test
    void theDeathOfAWorkerDoesNotLeaveItsTaskRunning() {
        var run = http.run("  - {id: think, agent: mortal}\n");
        var lease = leased("mortal").path("lease");

        http.server()
                .execute(
                        "update mb_v4_queue_lease set expires_at = now() - interval '1 s' where run_id = ?",
                        run);
        queue().sweep();

        var again = leased("mortal").path("lease");
        assertProblem(complete(lease), 409, "stale_lease");
        assertThat(complete(again).status()).isEqualTo(200);
        http.ended(run);
    }

    @Test
    void aRunWhoseEventWasLostIsFoundAndGoesOn() {
        var run = http.run("  - {id: think, agent: forgotten}\n");
        await().atMost(PATIENCE)
                .until(() ->
                        http.view(run).path("status").asString().equals("queued")
                                || http.view(run).path("status").asString().equals("running"));
        http.server().execute("delete from mb_v4_queue_lease where run_id = ?", run);

        judge();
        assertThat(http.view(run).has("stuck")).isFalse();
        judge();
        assertThat(http.view(run).path("stuck").asString())
                .isEqualTo("nothing is under way that could move it on");
        http.post("/api/v1/runs/%s/reset".formatted(run), "{}");

        assertThat(complete(leased("forgotten").path("lease")).status()).isEqualTo(200);
        assertThat(http.ended(run).path("status").asString()).isEqualTo("succeeded");
        assertThat(http.view(run).has("stuck")).isFalse();
    }

    @Test
    void aTenantMayHaveItResetByItself() {
        var acme = http.as("selfhelp");
        http.server()
                .send(
                        http.server()
                                .to("/api/v1/settings")
                                .header("Authorization", "Bearer " + acme.key())
                                .header("Content-Type", "application/json")
                                .method("PATCH", BodyPublishers.ofString("{\"stuck_reset\": 1}")));
        var run = acme.run("  - {id: think, agent: stubborn, timeout: 1m}\n");
        var first = new RunHttp(http.server(), acme.key());
        var lease = leased(first, "stubborn").path("lease");
        judge();
        unseenFor(run, 6);

        judge();

        var again = leased(first, "stubborn").path("lease");
        assertThat(again.path("token").asLong()).isGreaterThan(lease.path("token").asLong());
        assertThat(acme.timeline(run).toString()).contains("it made no progress");
    }

    private static void judge() {
        http.server().context().getBean(StuckRuns.class).judge();
    }

    private static TaskQueue queue() {
        return http.server().context().getBean(TaskQueue.class);
    }

    /** As if nothing new had been seen for so many minutes. */
    private static void unseenFor(String run, int minutes) {
        var changed =
                http.server()
                        .execute(
                                "update mb_v4_queue_lease set seen_at = now() - interval '%d min' where run_id = ?"
                                        .formatted(minutes),
                                run);
        assertThat(changed).isEqualTo(1);
    }

    private static JsonNode leased(String agent) {
        return leased(http, agent);
    }

    private static JsonNode leased(RunHttp who, String agent) {
        var tasks = asked(who, agent, 20_000);
        assertThat(tasks).hasSize(1);
        return tasks.path(0);
    }

    private static JsonNode asked(String agent, int patience) {
        return asked(http, agent, patience);
    }

    private static JsonNode asked(RunHttp who, String agent, int patience) {
        var answer =
                who.post(
                        "/api/v1/work/lease",
                        "{\"worker\": \"w-1\", \"slots\": {\"io\": 1, \"cpu\": 1, \"llm\": 1}, \"agents\": [\"%s\"], \"patience_ms\": %d}"
                                .formatted(agent, patience));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("tasks");
    }

    private static JsonNode beat(JsonNode lease, String progress) {
        return http.post(
                        "/api/v1/work/heartbeat",
                        "{\"worker\": \"w-1\", \"leases\": [%s], \"progress\": {%s: \"%s\"}}"
                                .formatted(lease, lease.path("key"), progress))
                .json();
    }

    private static Answer complete(JsonNode lease) {
        return http.post(
                "/api/v1/work/complete",
                "{\"lease\": %s, \"answer\": {\"output\": {}}}".formatted(lease));
    }
}
