package dev.kintsugi.server.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.queue.TaskQueue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The worker protocol as any language speaks it. */
class WorkHttpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static TestServer server;
    private static String key;

    @BeforeAll
    static void begin() {
        server = TestServer.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        key = server.key();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void anAgentGetsItsInputAndItsOutputGoesOn() {
        var run =
                submit(
                        """
                        - id: draft
                          exec: 'echo "{\\"text\\": \\"hello\\", \\"n\\": 3}" > $KINTSUGI_OUTPUT'
                        - id: ask
                          agent: greeter
                          input: {said: "${steps.draft.output.text} there", n: "${steps.draft.output.n}"}
                          needs: [draft]
                        - id: last
                          exec: test "${steps.ask.output.reply}" = fine
                          needs: [ask]
                        """);

        var task = leased("greeter");
        assertThat(task.path("input").toString()).isEqualTo("{\"said\":\"hello there\",\"n\":3}");
        assertThat(task.path("task").path("run").asString()).isEqualTo(run);

        var lease = task.path("lease");
        var log = Base64.getEncoder().encodeToString("thinking\n".getBytes(StandardCharsets.UTF_8));
        assertThat(
                        work(
                                        "log",
                                        "{\"lease\":%s,\"offset\":0,\"bytes\":\"%s\"}"
                                                .formatted(lease, log))
                                .status())
                .isEqualTo(200);
        var beat =
                work(
                        "heartbeat",
                        "{\"worker\":\"w-1\",\"leases\":[%s],\"progress\":{%s:\"half way\"}}"
                                .formatted(lease, lease.path("key")));
        assertThat(beat.json().path("lost")).isEmpty();
        assertThat(step(run, "ask").path("progress").asString()).isEqualTo("half way");
        var completed = complete(lease, "{\"output\":{\"reply\":\"fine\",\"cost_usd\":0.25}}");
        assertThat(completed.status()).as(completed.text()).isEqualTo(200);

        var ended = ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("succeeded");
        assertThat(ended.path("cost_usd").asString()).isEqualTo("0.25");
        assertThat(server.get("/api/v1/runs/%s/steps/ask/log".formatted(run), key).text())
                .contains("thinking");
        assertThat(complete(lease, "{\"output\":{}}").status()).isEqualTo(409);
    }

    @Test
    void progressMayGoBackwardsAndIsCutAtItsLimit() {
        var run = submit("- {id: ask, agent: wavering}");
        var lease = leased("wavering").path("lease");

        beat(lease, "90 of 100");
        beat(lease, "10 of 100");
        assertThat(step(run, "ask").path("progress").asString()).isEqualTo("10 of 100");
        beat(lease, "x".repeat(TaskQueue.MAX_PROGRESS + 50));

        assertThat(step(run, "ask").path("progress").asString()).hasSize(TaskQueue.MAX_PROGRESS);
        assertThat(complete(lease, "{\"output\":{}}").status()).isEqualTo(200);
        assertThat(ended(run).path("status").asString()).isEqualTo("succeeded");
    }

    private static void beat(JsonNode lease, String progress) {
        var body =
                "{\"worker\":\"w-1\",\"leases\":[%s],\"progress\":{%s:\"%s\"}}"
                        .formatted(lease, lease.path("key"), progress);
        var answer = work("heartbeat", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("lost")).isEmpty();
    }

    @Test
    void aPieceOfALogAboveTheLimitIsRefusedAndOneSentTwiceIsKeptOnce() {
        var run = submit("- {id: ask, agent: talkative}");
        var lease = leased("talkative").path("lease");

        var large = log(lease, 0, "x".repeat(1024 * 1024 + 1));
        assertThat(large.status()).isEqualTo(400);
        assertThat(large.text()).contains("bytes").contains("1048576");
        assertThat(log(lease, -1, "x").status()).isEqualTo(400);
        assertThat(log(lease, 0, "one ").status()).isEqualTo(200);
        assertThat(log(lease, 0, "one ").status()).isEqualTo(200);
        assertThat(log(lease, 4, "two").status()).isEqualTo(200);
        complete(lease, "{\"output\":{}}");

        ended(run);
        var kept = server.get("/api/v1/runs/%s/steps/ask/log".formatted(run), key).json();
        assertThat(kept.path("text").asString()).isEqualTo("one two");
        assertThat(log(lease, 7, "late").status()).isEqualTo(409);
    }

    private static TestServer.Answer log(JsonNode lease, int offset, String text) {
        var bytes = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return work(
                "log",
                "{\"lease\":%s,\"offset\":%d,\"bytes\":\"%s\"}".formatted(lease, offset, bytes));
    }

    @Test
    void anErrorIsClassifiedAndTheStepHealed() {
        var run = submit("- {id: ask, agent: fragile}");

        var first = leased("fragile");
        complete(first.path("lease"), "{\"error\":\"connect ECONNREFUSED 127.0.0.1:5432\"}");
        var second = leased("fragile");
        complete(second.path("lease"), "{\"output\":{}}");

        assertThat(second.path("task").path("attempt").asInt()).isEqualTo(2);
        var ended = ended(run);
        assertThat(ended.path("status").asString()).isEqualTo("succeeded");
        assertThat(ended.path("phases").path("retry").asInt()).isEqualTo(1);
    }

    @Test
    void anInputThatCannotBeMadeFailsTheStepAndIsNotHandedOut() {
        var run =
                submit(
                        """
                        - {id: draft, exec: "true"}
                        - {id: ask, agent: lonely, input: {x: "${steps.draft.output.x}"}, needs: [draft]}
                        """);

        var given =
                await().atMost(PATIENCE)
                        .until(
                                () -> {
                                    lease("w-1", "lonely", 200);
                                    return run(run);
                                },
                                view -> view.path("status").asString().equals("failed"));

        assertThat(given.path("reason").asString()).contains("draft");
    }

    @Test
    void anAgentThatDoesNotAnswerInTimeIsGivenUp() {
        var run = submit("- {id: ask, agent: sleepy, timeout: 1s}");

        var task = leased("sleepy");
        var lost =
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        work(
                                                "heartbeat",
                                                "{\"worker\":\"w-1\",\"leases\":[%s]}"
                                                        .formatted(task.path("lease"))),
                                answer -> answer.json().path("lost").size() == 1);

        assertThat(lost.status()).isEqualTo(200);
        assertThat(step(run, "ask").path("failure").asString())
                .contains("did not answer within 1 s");
        server.post("/api/v1/runs/%s/cancel".formatted(run), key, "{}");
    }

    @Test
    void anotherTenantsLeaseLooksLikeOneThatIsOver() {
        submit("- {id: ask, agent: private}");
        var lease = leased("private").path("lease");
        var theirs =
                server.post("/api/v1/tenants", key, "{\"name\":\"others\"}")
                        .json()
                        .path("api_key")
                        .asString();

        var answer = "{\"lease\":%s,\"answer\":{\"output\":{}}}".formatted(lease);
        var complete = server.post("/api/v1/work/complete", theirs, answer);
        var beat =
                server.post(
                        "/api/v1/work/heartbeat",
                        theirs,
                        "{\"worker\":\"w-1\",\"leases\":[%s]}".formatted(lease));

        assertThat(complete.status()).isEqualTo(409);
        assertThat(complete.json().path("code").asString()).isEqualTo("stale_lease");
        assertThat(beat.json().path("lost")).hasSize(1);
        assertThat(server.get("/api/v1/workers", theirs).json()).isEmpty();
        assertThat(complete(lease, "{\"output\":{}}").status()).isEqualTo(200);
    }

    @Test
    void aStepWhoseReceiptWasHandedInIsSettledByItThoughItsWorkerIsLost() {
        var run = submit("- {id: pay, agent: cashier, effects: once}");
        var lease = leased("cashier").path("lease");

        var taken = work("receipt", handIn(lease, "ch_1\\n"));
        assertThat(taken.status()).as(taken.text()).isEqualTo(200);
        assertThat(work("receipt", handIn(lease, "another")).status()).isEqualTo(200);
        giveBack(lease);

        assertThat(ended(run).path("status").asString()).isEqualTo("succeeded");
        assertThat(step(run, "pay").path("receipt").asString()).isEqualTo("ch_1");
        assertThat(work("receipt", handIn(lease, "late")).status()).isEqualTo(409);
    }

    @Test
    void aReceiptMayComeWithTheEndAlsoWithAnError() {
        var run = submit("- {id: pay, agent: payer, effects: once}");
        var lease = leased("payer").path("lease");

        var body = "{\"lease\":%s,\"answer\":{\"error\":\"odd\"},\"receipt\":\"ch_2\"}";
        assertThat(work("complete", body.formatted(lease)).status()).isEqualTo(200);

        assertThat(ended(run).path("status").asString()).isEqualTo("succeeded");
        assertThat(step(run, "pay").path("receipt").asString()).isEqualTo("ch_2");
    }

    @Test
    void aStepThatWasCutShortIsReconciledByItsCommandAndThenDoneAgain() {
        var run =
                submit(
                        "- {id: pay, agent: teller, effects: once, reconcile: 'test $KINTSUGI_ATTEMPT = 2"
                                + " && echo ch_3 > $KINTSUGI_RECEIPT || exit 44'}");

        giveBack(leased("teller").path("lease"));
        giveBack(leased("teller").path("lease"));

        assertThat(ended(run).path("status").asString()).isEqualTo("succeeded");
        assertThat(step(run, "pay").path("receipt").asString()).isEqualTo("ch_3");
        var timeline = server.get("/api/meta/v4/runs/%s/timeline".formatted(run), key).text();
        assertThat(timeline)
                .contains("effect_intended", "effect_asked", "did_not_happen", "effect_settled");
    }

    @Test
    void aReceiptOfAnotherTenantsLeaseOrOfNoUseIsRefused() {
        submit("- {id: pay, agent: vault, effects: once}");
        var lease = leased("vault").path("lease");
        var theirs =
                server.post("/api/v1/tenants", key, "{\"name\":\"robbers\"}")
                        .json()
                        .path("api_key")
                        .asString();

        var stolen = server.post("/api/v1/work/receipt", theirs, handIn(lease, "ch_4"));
        assertThat(stolen.status()).isEqualTo(409);
        for (var useless : List.of(handIn(lease, " "), handIn(lease, "x".repeat(1_001)), "{}")) {
            var answer = work("receipt", useless);
            assertThat(answer.status()).as(answer.text()).isBetween(400, 409);
        }
        assertThat(work("receipt", "{\"lease\":%s}".formatted(lease)).status()).isEqualTo(400);
        assertThat(complete(lease, "{\"output\":{}}").status()).isEqualTo(200);
    }

    private static String handIn(JsonNode lease, String receipt) {
        return "{\"lease\":%s,\"receipt\":\"%s\"}".formatted(lease, receipt);
    }

    /** As a worker does that stops in the middle of its work. */
    private static void giveBack(JsonNode lease) {
        var body = "{\"worker\":\"w-1\",\"lease\":%s,\"started\":true,\"reason\":\"stopped\"}";
        assertThat(work("release", body.formatted(lease)).status()).isEqualTo(200);
    }

    @Test
    void whoLeavesEndsItsOwnWaitingRequestsAndNobodyElses() throws Exception {
        var theirs =
                server.post("/api/v1/tenants", key, "{\"name\":\"namesakes\"}")
                        .json()
                        .path("api_key")
                        .asString();
        var waiting = CompletableFuture.supplyAsync(() -> lease("twin", "nobody", 25_000));
        await().atMost(PATIENCE)
                .until(
                        () -> server.get("/api/v1/workers", key).text(),
                        workers -> workers.contains("\"twin\""));

        server.post("/api/v1/work/leave", theirs, "{\"worker\":\"twin\"}");
        assertThatThrownBy(() -> waiting.get(700, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> {
                    work("leave", "{\"worker\":\"twin\"}");
                    return waiting.isDone();
                });
        assertThat(waiting.get()).isEmpty();
    }

    @Test
    void aWorkerIsSeenWithWhatItOffers() {
        var registered =
                work(
                        "register",
                        """
                        {"worker":"shown","slots":{"llm":2},"agents":["a"],"labels":{"zone":"b"},"capacity":2}
                        """);

        assertThat(registered.json().path("lease_ms").asLong()).isEqualTo(30_000);
        var shown =
                server.get("/api/v1/workers", key)
                        .json()
                        .valueStream()
                        .filter(worker -> worker.path("worker").asString().equals("shown"))
                        .findFirst()
                        .orElseThrow();
        assertThat(shown.path("alive").asBoolean()).isTrue();
        assertThat(shown.path("labels").path("zone").asString()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "lease     | {\"worker\":\"w\",\"slots\":{},\"agents\":[\"a\"]}                  | name at least one class",
                "lease     | {\"worker\":\"w\",\"slots\":{\"cpu\":0},\"agents\":[\"a\"]}          | each must be in [1, 1000]",
                "lease     | {\"worker\":\"\",\"slots\":{\"cpu\":1},\"agents\":[\"a\"]}           | worker must have 1 to 100",
                "lease     | {\"worker\":\"w\",\"slots\":{\"cpu\":1}}                            | give agents",
                "lease     | {\"worker\":\"w\",\"slots\":{\"cpu\":1},\"kinds\":[\"mend\"]}        | done by servers alone",
                "lease     | {\"worker\":\"w\",\"slots\":{\"cpu\":1},\"agents\":[\"a\"],\"patience_ms\":99999}      | [0, 30000]",
                "lease     | {\"worker\":\"w\",\"slots\":{\"gpu\":1},\"agents\":[\"a\"]}          | gpu",
                "lease     | {\"worker\":                                                                    | JSON",
                "complete  | {\"lease\":{\"key\":\"none\",\"token\":1},\"answer\":{\"output\":{}}}                     | not current",
            })
    void badInputIsToldAndDisturbsNobody(String call, String body, String said) {
        var answer = work(call.strip(), body.strip());

        assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
        assertThat(answer.text()).contains(said.strip()).doesNotContain("Exception");
    }

    private static String submit(String steps) {
        var plan = "plan: 1\nname: agents\nsteps:\n" + steps.indent(2);
        var answer =
                server.send(
                        server.to("/api/v1/runs")
                                .header("Authorization", "Bearer " + key)
                                .header("Content-Type", "application/yaml")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(plan)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("run").asString();
    }

    private static JsonNode leased(String agent) {
        return await().atMost(PATIENCE)
                .until(() -> lease("w-1", agent, 1_000), tasks -> tasks.size() == 1)
                .get(0);
    }

    private static JsonNode lease(String worker, String agent, int patience) {
        return work(
                        "lease",
                        "{\"worker\":\"%s\",\"slots\":{\"cpu\":1,\"llm\":1,\"io\":1},\"agents\":[\"%s\"],\"max\":1,\"patience_ms\":%d}"
                                .formatted(worker, agent, patience))
                .json()
                .path("tasks");
    }

    private static Answer complete(JsonNode lease, String answer) {
        return work("complete", "{\"lease\":%s,\"answer\":%s}".formatted(lease, answer));
    }

    private static Answer work(String call, String body) {
        return server.post("/api/v1/work/" + call, key, body);
    }

    private static JsonNode run(String run) {
        return server.get("/api/v1/runs/" + run, key).json();
    }

    private static JsonNode step(String run, String step) {
        return run(run).path("steps")
                .valueStream()
                .filter(view -> view.path("step").asString().equals(step))
                .findFirst()
                .orElseGet(() -> Json.mapper().nullNode());
    }

    private static JsonNode ended(String run) {
        return await().atMost(PATIENCE)
                .until(
                        () -> run(run),
                        view ->
                                !view.path("finished_at").isNull()
                                        && !view.path("finished_at").isMissingNode());
    }
}
