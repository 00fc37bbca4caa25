package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.queue.StuckTasks;
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
    void aTaskThatIsToldLostTwiceInOneTurnIsHandedOutAgainOnce() {
        var run = http.run("  - {id: think, agent: twice}\n");
        var lease = leased("twice").path("lease");
        var engine = http.server().context().getBean(RunEngine.class);
        var lost = new TaskLost(TaskKind.STEP, "think", 1, true, "gone");

        engine.ports()
                .transactions()
                .asSystem(() -> {
                    engine.ports().store().post("default", run, lost);
                    engine.ports().store().post("default", run, lost);
                    return http.server()
                            .execute(
                                    "update mb_v4_queue_lease set status = 'lost' where run_id = ?",
                                    run);
                });
        engine.turn(run);

        var again = leased("twice").path("lease");
        assertThat(again.path("token").asLong()).isGreaterThan(lease.path("token").asLong());
        assertThat(complete(again).status()).isEqualTo(200);
        assertThat(http.ended(run).path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void aResetOfTheWholeRunLeavesWhatWaitsForALockAlone() {
        var holder = http.run("  - {id: hold, agent: holder, locks: [till]}\n");
        var lease = leased("holder").path("lease");
        var run =
                http.run(
                        """
                          - {id: think, agent: thinker}
                          - {id: pay, agent: payer, effects: once, locks: [till]}
                        """);
        var first = leased("thinker").path("lease");
        await().atMost(PATIENCE)
                .until(() -> http.timeline(run).toString().contains("waits for lock till"));

        var reset = http.post("/api/v1/runs/%s/reset".formatted(run), "{}");

        assertThat(reset.status()).as(reset.text()).isEqualTo(202);
        assertProblem(complete(first), 409, "stale_lease");
        assertThat(complete(leased("thinker").path("lease")).status()).isEqualTo(200);
        assertThat(complete(lease).status()).isEqualTo(200);
        http.ended(holder);
        assertThat(complete(leased("payer").path("lease")).status()).isEqualTo(200);
        assertThat(http.ended(run).path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void aResetOfAStepThatHandedInItsReceiptSettlesIt() {
        var run = http.run("  - {id: pay, agent: silentpayer, effects: once}\n");
        var lease = leased("silentpayer").path("lease");
        var said =
                http.post(
                        "/api/v1/work/receipt",
                        "{\"lease\": %s, \"receipt\": \"paid-7\"}".formatted(lease));
        assertThat(said.status()).as(said.text()).isLessThan(300);

        http.post("/api/v1/runs/%s/reset".formatted(run), "{}");

        var ended = http.ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("succeeded");
        assertThat(ended.toString()).contains("paid-7");
        assertThat(asked("silentpayer", 0)).isEmpty();
    }

    /** What is allowed to be silent for long must not hide what is not. */
    @Test
    void whatIsStuckIsFoundBehindManyThatAreOnlySlow() {
        var many = StuckTasks.MOST + 1;
        var patient =
                http.run("  - {id: think, agent: oldest, timeout: 2h}\n"); // gives the rows to copy
        leased("oldest");
        var silent = http.run("  - {id: think, agent: hidden, timeout: 8m}\n");
        leased("hidden");
        http.server()
                .execute(
                        """
                        insert into mb_v4_queue_lease (worker_id, queue_name, tenant_id, lease_key, acquired_at, expires_at,
                            last_heartbeat, status, run_id, kind, rank, available_at, token, leases, task, max_ms)
                        select worker_id, queue_name, tenant_id, '!' || number, acquired_at, expires_at, last_heartbeat, status,
                            run_id, kind, rank, available_at, token, leases, task, max_ms
                        from mb_v4_queue_lease, generate_series(1, %d) as number where run_id = ?
                        """
                                .formatted(many),
                        patient);
        judge();
        for (var run : new String[] {patient, silent}) {
            http.server()
                    .execute(
                            "update mb_v4_queue_lease set seen_at = now() - interval '%d min' where run_id = ?"
                                    .formatted(run.equals(patient) ? 7 : 6),
                            run);
        }

        judge();

        assertThat(http.view(silent).path("stuck").asString()).contains("no progress for 6 min");
        assertThat(http.view(patient).has("stuck")).isFalse();
        http.server().execute("delete from mb_v4_queue_lease where run_id = ?", patient);
        http.post("/api/v1/runs/%s/cancel".formatted(patient), "{}");
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

    @Test
    void aLockPassesOnWhenTheWorkerOfACancelledRunHasStopped() {
        var first = http.run("  - {id: think, agent: keeper, locks: [desk]}\n");
        var lease = leased("keeper").path("lease");
        var second = http.run("  - {id: think, agent: next, locks: [desk]}\n");

        http.post("/api/v1/runs/%s/cancel".formatted(first), "{}");
        http.ended(first);
        assertThat(asked("next", 1_500)).isEmpty();
        assertProblem(complete(lease), 409, "stale_lease"); // and so it has stopped

        assertThat(complete(leased("next").path("lease")).status()).isEqualTo(200);
        assertThat(http.ended(second).path("status").asString()).isEqualTo("succeeded");
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

    /** Nobody can tell whether a worker had it: to repeat it could pay twice. */
    @Test
    void ofAOnceStepThatTheQueueHasLostItIsAskedWhetherItHappened() {
        var run = http.run("  - {id: pay, agent: vanished, effects: once}\n");
        leased("vanished");
        http.server().execute("delete from mb_v4_queue_lease where run_id = ?", run);

        http.post("/api/v1/runs/%s/reset".formatted(run), "{}");

        var waiting = http.reached(run, "waiting");
        assertThat(waiting.path("steps").path(0).path("status").asString()).isEqualTo("unknown");
        assertThat(asked("vanished", 0)).isEmpty();
        http.post("/api/v1/runs/%s/cancel".formatted(run), "{}");
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
