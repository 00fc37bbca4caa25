package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.history.History;
import dev.kintsugi.server.platform.Transactions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What can be asked of a run, and done with it, once it lies in history. */
class HistoryHttpTest {
    private static final String PLAN =
            """
            plan: 1
            name: kept
            inputs: {word: {default: hello}}
            steps:
              - {id: make, exec: 'mkdir out && echo "${inputs.word}" > out/x.txt; echo "{\\"n\\": 1}" > "$KINTSUGI_OUTPUT"', artifacts: ["out/**"]}
              - {id: check, needs: [make], exec: 'echo why; exit 3'}
            """;

    private static RunHttp first;

    /** Another server, which has nothing of the run at hand. */
    private static RunHttp second;

    private static String run;
    private static Map<String, String> before;
    private static Map<String, String> after;

    @BeforeAll
    static void start() {
        first = RunHttp.start(Map.of());
        run = first.submit(PLAN, "Idempotency-Key", "once").json().path("run").asString();
        first.ended(run);
        before = answers(first);
        move();
        var beside =
                TestServer.beside(
                        first.server(),
                        Map.of(
                                "KINTSUGI_CHAIN_KEY",
                                read(first.server().home().resolve("chain-key"))));
        second = new RunHttp(beside, first.key());
        after = answers(second);
    }

    @AfterAll
    static void stop() {
        second.server().close();
        first.server().close();
    }

    @BeforeEach
    void liesInHistoryAlone() {
        for (var table : List.of("run", "run_event", "mb_v4_run_budget", "mb_v4_queue_lease")) {
            assertThat(count(table)).as(table).isZero();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(String table) {
        return asDefault(() ->
                bean(JdbcClient.class)
                        .sql("select count(*) from %s where run_id = ?".formatted(table))
                        .param(run)
                        .query(Long.class)
                        .single());
    }

    private static <T> T bean(Class<T> type) {
        return first.server().context().getBean(type);
    }

    private static <T> T asDefault(Supplier<T> work) {
        return bean(Transactions.class).asTenant("default", work);
    }

    /** As if its end were an hour ago. */
    private static void move() {
        for (var end :
                List.of(
                        "run set finished_at = finished_at",
                        "mb_v4_queue_lease set ended_at = ended_at")) {
            asDefault(() ->
                    bean(JdbcClient.class)
                            .sql("update %s - interval '1 hour'".formatted(end))
                            .update());
        }
        assertThat(bean(History.class).move()).isEqualTo(1);
    }

    private static Map<String, String> answers(RunHttp http) {
        var answers = new TreeMap<String, String>();
        for (var path :
                List.of(
                        "/api/v1/runs/%s/plan",
                        "/api/v1/runs/%s/verify",
                        "/api/v1/runs/%s/artifacts",
                        "/api/v1/runs/%s/steps/check/log",
                        "/api/meta/v4/runs/%s/timeline",
                        "/api/meta/v4/runs/%s/repair-status",
                        "/api/meta/v4/stats",
                        "/api/v1/runs?limit=10")) {
            var answer = http.get(path.formatted(run));
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            answers.put(path, answer.text());
        }
        answers.put("view", withoutEnd(http.view(run)));
        answers.put("stream", http.follow(run, "0", Integer.MAX_VALUE).toString());
        return answers;
    }

    private static String withoutEnd(JsonNode view) {
        return view.toString().replaceAll("\"finished_at\":\"[^\"]*\"", "");
    }

    @Test
    void isShownListedToldAndVerifiedAsBefore() {
        assertThat(after).isEqualTo(before);
        assertThat(after.get("/api/v1/runs/%s/verify")).doesNotContain("problem");
    }

    @Test
    void givesItsContents() {
        var hash =
                second.get("/api/v1/runs/%s/artifacts".formatted(run))
                        .json()
                        .path(0)
                        .path("hash")
                        .asString();

        assertThat(second.get("/api/v1/blobs/" + hash).text()).isEqualTo("hello\n");
    }

    @Test
    void isDoneAgainInPart() {
        var fork =
                second.post("/api/v1/runs/%s/fork".formatted(run), "{\"from\": \"check\"}").json();
        var ended = second.ended(fork.path("run").asString());

        assertThat(ended.path("parent").asString()).isEqualTo(run);
        assertThat(ended.path("steps").valueStream().map(step -> step.path("attempt").asInt()))
                .startsWith(0);
        var cancelled = second.post("/api/v1/runs/%s/cancel?children=true".formatted(run), "{}");
        assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(202);
    }

    @Test
    void hearsNothingMore() {
        var cancelled = second.post("/api/v1/runs/%s/cancel".formatted(run), "{}");
        var resumed = second.post("/api/v1/runs/%s/resume".formatted(run), "{}");

        assertThat(cancelled.json().path("status").asString()).isEqualTo("failed");
        assertThat(resumed.json().path("status").asString()).isEqualTo("failed");
        assertThat(second.get("/api/meta/v4/runs/%s/timeline".formatted(run)).text())
                .isEqualTo(before.get("/api/meta/v4/runs/%s/timeline"));
    }

    @Test
    void isStillWhatItsIdempotencyKeyGives() {
        var again = second.submit(PLAN, "Idempotency-Key", "once");
        var other = second.submit(PLAN.replace("why", "how"), "Idempotency-Key", "once");

        assertThat(again.json().path("run").asString()).isEqualTo(run);
        assertProblem(other, 409, "conflict");
    }

    @Test
    void isNotThereForAnotherTenant() {
        var other = first.as("stranger");

        assertProblem(other.get("/api/v1/runs/" + run), 404, "not_found");
        assertProblem(other.get("/api/v1/runs/%s/verify".formatted(run)), 404, "not_found");
        assertThat(other.get("/api/v1/runs").json().path("runs").size()).isZero();
        assertThat(other.submit(PLAN, "Idempotency-Key", "once").json().path("run").asString())
                .isNotEqualTo(run);
    }

    @Test
    void onlyTheOperatorSweeps() {
        var kinds = second.get("/api/v1/gc").json();
        var other = first.as("sweeper");

        for (var kind : kinds) {
            var path = "/api/v1/gc/" + kind.asString();
            var told = second.post(path + "?dry_run=true", "");
            assertThat(told.status()).as(told.text()).isEqualTo(200);
            assertThat(told.json().path("count").asLong()).as(kind.asString()).isZero();
            assertProblem(other.post(path, ""), 403, "forbidden");
        }
        assertThat(kinds.valueStream().map(JsonNode::asString))
                .contains("runs", "contents", "repositories", "mirrors", "checkouts", "caches");
        assertProblem(other.get("/api/v1/gc"), 403, "forbidden");
        assertProblem(second.post("/api/v1/gc/everything", ""), 404, "not_found");
        assertProblem(second.post("/api/v1/gc/runs?dry_run=perhaps", ""), 400, "bad_input");
    }
}
