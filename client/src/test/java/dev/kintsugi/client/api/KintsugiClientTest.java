package dev.kintsugi.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.DURATION;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KintsugiClientTest {
    private final FakeServer server = new FakeServer();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final KintsugiClient client = client(Duration.ofSeconds(10));

    private KintsugiClient client(Duration patience) {
        return new KintsugiClient(server.uri(), "secret-key", patience, pauses::add);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    static RunView view(String run) {
        var json =
                """
                {"run": "%s", "name": "demo", "status": %s, "ladder": %s,
                 "phases": {"retry": 0, "patch": 0, "replan": 0, "rollback": 0},
                 "attempts": 0, "duration_ms": 0, "cost_usd": "0", "seq": 1, "steps": [],
                 "created_at": "1970-01-01T00:00:00Z"}
                """;
        return Json.mapper()
                .readValue(
                        json.formatted(run, json(RunStatus.QUEUED), json(Ladder.V4)),
                        RunView.class);
    }

    static String json(Object value) {
        return Json.mapper().writeValueAsString(value);
    }

    @Test
    void submitsThePlanWithItsDirectoryLadderAndKeys() {
        server.answers(201, json(view("r1")));

        var run =
                client.submit(
                        Submission.of("plan: 1")
                                .from("/home/me/my repo")
                                .onLadder(Ladder.V4)
                                .once("once"));

        assertThat(run).isEqualTo(view("r1"));
        assertThat(server.asked)
                .containsExactly(
                        new FakeServer.Asked(
                                "POST",
                                "/api/v1/runs?directory=%2Fhome%2Fme%2Fmy%20repo&ladder=v4",
                                "plan: 1",
                                "Bearer secret-key",
                                null,
                                "application/yaml",
                                "once"));
    }

    @Test
    void sendsAJsonPlanAsJson() {
        server.answers(201, json(view("r1")));

        client.submit(Submission.of("  {\"plan\": 1}"));

        assertThat(server.asked.getFirst().contentType()).isEqualTo("application/json");
        assertThat(server.asked.getFirst().target()).isEqualTo("/api/v1/runs");
    }

    @Test
    void handsOnEveryProblemOfABadPlan() {
        server.answers(
                400,
                """
                {"code": "bad_plan", "detail": "the plan has 2 mistakes",
                 "problems": ["plan.yaml:3:1: steps: missing", "plan.yaml:1:1: name: missing"]}
                """);

        var e = catchThrowableOfType(ApiException.class, () -> client.submit(Submission.of("x")));

        assertThat(e.status()).isEqualTo(400);
        assertThat(e.code()).isEqualTo("bad_plan");
        assertThat(e.detail()).isEqualTo("the plan has 2 mistakes");
        assertThat(e.problems()).hasSize(2).first().isEqualTo("plan.yaml:3:1: steps: missing");
    }

    @Test
    void saysWhatAnUnreadableErrorAnswerWas() {
        server.answers(502, "<html>bad gateway</html>\nmore");

        var e = catchThrowableOfType(ApiException.class, () -> client.run("r1"));

        assertThat(e.code()).isEqualTo("http_502");
        assertThat(e.detail()).isEqualTo("<html>bad gateway</html>");
    }

    @Test
    void throwsOnAWrongKeyAndAnUnknownRun() {
        server.answers(401, "").answers(404, "{\"code\":\"unknown_run\",\"title\":\"Not found\"}");

        var wrongKey = catchThrowableOfType(ApiException.class, () -> client.run("r1"));
        var unknown = catchThrowableOfType(ApiException.class, () -> client.run("r1"));

        assertThat(wrongKey.status()).isEqualTo(401);
        assertThat(unknown.code()).isEqualTo("unknown_run");
        assertThat(unknown.detail()).isEqualTo("Not found");
    }

    @Test
    void waitsAsLongAsARefusalAsksAndTriesAgain() {
        server.answers(429, "", "Retry-After", "7").answers(200, json(view("r1")));

        var run = client.run("r1");

        assertThat(run.run()).isEqualTo("r1");
        assertThat(pauses)
                .singleElement(DURATION)
                .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    }

    @Test
    void givesUpAfterFourRefusals() {
        for (int i = 0; i < 5; i++) {
            server.answers(429, "", "Retry-After", "1");
        }

        var e = catchThrowableOfType(ApiException.class, () -> client.run("r1"));

        assertThat(e.status()).isEqualTo(429);
        assertThat(server.asked).hasSize(Exchange.MAX_TRIES);
    }

    @Test
    void handsOnARefusalThatAsksForTooLongAWait() {
        server.answers(503, "", "Retry-After", "3600");

        var e = catchThrowableOfType(ApiException.class, () -> client.run("r1"));

        assertThat(e.status()).isEqualTo(503);
        assertThat(pauses).isEmpty();
    }

    @Test
    void neverRepeatsARequestThatMayHaveArrived() {
        server.answers(500, "");

        var e = catchThrowableOfType(ApiException.class, () -> client.cancel("r1"));

        assertThat(e.status()).isEqualTo(500);
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void givesUpOnASlowServer() {
        var done = new CountDownLatch(1);
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            await(done);
        });

        try (var impatient = client(Duration.ofMillis(200))) {
            var e = catchThrowableOfType(ApiException.class, () -> impatient.run("r1"));

            assertThat(e.code()).isEqualTo("timeout");
            assertThat(e.status()).isZero();
        }
        done.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void saysWhereNobodyListens() {
        var port = server.uri().getPort();
        server.close();

        try (var lost = KintsugiClient.of(URI.create("http://127.0.0.1:" + port + "/"), null)) {
            var e = catchThrowableOfType(ApiException.class, () -> lost.run("r1"));

            assertThat(e.code()).isEqualTo("unreachable");
            assertThat(e.detail())
                    .startsWith("cannot reach the server at http://127.0.0.1:" + port + ": ");
            assertThat(lost.isLive()).isFalse();
        }
    }

    @Test
    void saysThatAnAnswerIsTooLarge() {
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var part = new byte[1 << 20];
            for (int i = 0; i < 18; i++) {
                exchange.getResponseBody().write(part);
            }
        });

        var e = catchThrowableOfType(ApiException.class, () -> client.blob("cafe"));

        assertThat(e.code()).isEqualTo("too_large");
        assertThat(e.detail())
                .isEqualTo(
                        "the server's answer to GET /api/v1/blobs/cafe is too large: more than"
                                + " 17,825,792 bytes");
    }

    @Test
    void readsATimelineToItsLastPage() {
        server.answers(200, page(1, "2")).answers(200, page(2, "2")).answers(500, "");

        var timeline = client.timeline("r1");

        assertThat(timeline).extracting(TimelineEntry::seq).containsExactly(1L, 2L);
        assertThat(server.asked)
                .extracting(FakeServer.Asked::target)
                .containsExactly(
                        "/api/meta/v4/runs/r1/timeline?after=0",
                        "/api/meta/v4/runs/r1/timeline?after=2");
    }

    private static String page(long seq, String next) {
        return "{\"run_id\":\"r1\",\"entries\":[%s],\"next\":%s}"
                .formatted(json(EventStreamTest.entry(seq)), next);
    }

    @Test
    void asksForRunsOfOneStatusPageByPage() {
        server.answers(200, "{\"runs\":[],\"next\":null}");

        client.runs(RunQuery.newest(5).only(RunStatus.ROLLED_BACK).from("r7"));

        assertThat(server.asked.getFirst().target())
                .isEqualTo("/api/v1/runs?status=rolled_back&limit=5&after=r7");
    }

    @Test
    void answersARollbackWithTheHashSeen() {
        server.answers(200, "{}");

        client.answerRollback("r1", "cafe", true, null);

        assertThat(server.asked.getFirst().target())
                .isEqualTo("/api/meta/v4/runs/r1/approve-rollback");
        assertThat(server.asked.getFirst().body())
                .contains("\"hash\":\"cafe\"", "\"approved\":true");
    }

    @Test
    void readsALogFromAnOffset() {
        server.answers(
                200, "{\"attempt\":2,\"offset\":10,\"next\":13,\"text\":\"abc\",\"ended\":false}");

        var chunk = client.log("r1", "a/b", 2, 10);

        assertThat(chunk).isEqualTo(new LogChunk(2, 10, 13, "abc", false));
        assertThat(server.asked.getFirst().target())
                .isEqualTo("/api/v1/runs/r1/steps/a%2Fb/log?attempt=2&offset=10");
    }

    @Test
    void neverShowsAKeyInWords() {
        server.answers(201, "{\"tenant\":\"acme\",\"api_key\":\"kk-1\"}");

        var made = client.createTenant("acme");

        assertThat(made.apiKey()).isEqualTo("kk-1");
        assertThat(made.toString()).doesNotContain("kk-1");
    }
}
