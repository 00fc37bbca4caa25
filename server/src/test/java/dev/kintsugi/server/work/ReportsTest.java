package dev.kintsugi.server.work;

import static java.net.http.HttpRequest.BodyPublishers.ofByteArray;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What workers elsewhere report, and how much they get at once. */
class ReportsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "s3cr3t-of-the-tenant";
    private static TestServer server;
    private static String key;

    @BeforeAll
    static void begin() throws IOException {
        server = TestServer.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        var file = server.home().resolve("secrets").resolve("TOKEN");
        Files.createDirectories(file.getParent());
        Files.writeString(file, SECRET);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        key = server.key();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void secretsInContentsAreMaskedByTheServer() {
        var run = submit("- {id: ask, agent: teller}");
        var output = kept("{\"said\":\"it is %s\"}".formatted(SECRET));
        report(leased("teller"), done(output, 0));

        ended(run);

        var told = server.get("/api/meta/v4/runs/%s/timeline".formatted(run), key).text();
        assertThat(told).doesNotContain(output);
        var masked = Sha256.hex("{\"said\":\"it is ***\"}");
        assertThat(told).contains(masked);
        assertThat(server.get("/api/v1/work/blobs/" + masked, key).text()).contains("***");
    }

    @Test
    void evidenceIsMaskedToo() {
        var run = submit("- {id: ask, agent: witness}");
        var evidence = kept("boom " + SECRET);
        var lease = leased("witness");

        var answer = report(lease, failed(evidence, "worker-error", "0000000000000003"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        ended(run);
        assertThat(server.get("/api/meta/v4/runs/%s/timeline".formatted(run), key).text())
                .doesNotContain(evidence)
                .contains(Sha256.hex("boom ***"));
    }

    @Test
    void anOutputThatIsNoneFailsTheStepAndWhatItCostCounts() {
        var run = submit("- {id: ask, agent: babbler}");
        report(leased("babbler"), done(kept("[1, 2]"), 250_000_000L));

        var ended = ended(run);

        assertThat(ended.path("status").asString()).isEqualTo("failed");
        assertThat(ended.path("reason").asString()).contains("must be a JSON object");
        assertThat(ended.path("cost_usd").asString()).isEqualTo("0.25");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"rule\":\"%s\"                                       | failure.rule must have at most 100",
                "\"fingerprint\":\"%s\"                                | failure.fingerprint must be 16 hex",
                "\"captures\":{\"name\":\"%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s%1$s\"} | failure.captures must have at most 4096",
                "\"retry_after\":\"PT48H\"                             | failure.retry_after must be from 0 to 24 hours",
            })
    void whatDoesNotFitIntoALogIsRefusedAndTheLeaseHolds(String field, String said) {
        var run = submit("- {id: ask, agent: braggart}");
        var lease = leased("braggart");
        var failure =
                "{\"category\":\"unknown\",\"failure_class\":\"infra\",\"severity\":\"high\",\"rule\":\"r\",\"fingerprint\":\"0000000000000003\",\"message\":\"m\",\"maybe_transient\":false,\"captures\":{},%s}"
                        .formatted(field.strip().formatted("x".repeat(200)));

        var refused =
                report(
                        lease,
                        "{\"result\":\"failed\",\"failure\":%s,\"usage\":%s}"
                                .formatted(failure, usage(0)));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.text()).contains(said);
        assertThat(report(lease, done(kept("{}"), 0)).status()).isEqualTo(200);
        assertThat(ended(run).path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void aCostThatNoSumCouldHoldIsRefused() {
        submit("- {id: ask, agent: spender}");
        var lease = leased("spender");

        var refused = report(lease, done(kept("{}"), Long.MAX_VALUE));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("1,000,000 USD");
        report(lease, done(kept("{}"), 0));
    }

    @Test
    void anInputMayHaveEightReferencesAndNoMore() {
        var steps =
                """
                - {id: draft, exec: 'echo "{\\"x\\": 1}" > $KINTSUGI_OUTPUT'}
                - {id: ask, agent: reader, input: [%s], needs: [draft]}
                """;

        submit(steps.formatted(references(8)));
        assertThat(leased("reader").path("input")).hasSize(8);
        var tooMany = submit(steps.formatted(references(9)));

        var refused =
                await().atMost(PATIENCE)
                        .until(
                                () -> {
                                    lease("reader", 1);
                                    return run(tooMany);
                                },
                                view -> view.path("status").asString().equals("failed"));
        assertThat(refused.path("reason").asString()).contains("more than 8 references");
    }

    private static String references(int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> "\"${steps.draft.output.x}\"")
                .collect(Collectors.joining(", "));
    }

    /** Twelve inputs of nearly a MiB each are more than one answer holds. */
    @Test
    void whatAnAnswerHasNoRoomForStaysInTheQueueUnbegun() {
        var steps =
                new StringBuilder(
                        """
                        - id: draft
                          exec: 'printf "{\\"x\\": \\"%0900000d\\"}" 0 > $KINTSUGI_OUTPUT'
                        """);
        for (int i = 0; i < 12; i++) {
            steps.append(
                    "- {id: ask%d, agent: glutton, needs: [draft], input: {x: \"${steps.draft.output.x}\"}}\n"
                            .formatted(i));
        }
        var run = submit(steps.toString());
        await().atMost(PATIENCE)
                .until(() -> step(run, "draft").path("status").asString().equals("succeeded"));

        var first = await().atMost(PATIENCE).until(() -> lease("glutton", 12), t -> t.size() > 1);
        var second = lease("glutton", 12);

        assertThat(first.size()).isBetween(2, 9);
        assertThat(second.size()).isPositive();
        assertThat(run(run).path("attempts").asInt()).isZero();
        server.post("/api/v1/runs/%s/cancel".formatted(run), key, "{}");
    }

    private static String submit(String steps) {
        var plan = "plan: 1\nname: reports\nsteps:\n" + steps.indent(2);
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
                .until(() -> lease(agent, 1), tasks -> tasks.size() == 1)
                .get(0);
    }

    private static JsonNode lease(String agent, int max) {
        return work(
                        "lease",
                        "{\"worker\":\"w-1\",\"slots\":{\"cpu\":20,\"llm\":20,\"io\":20},\"agents\":[\"%s\"],\"max\":%d,\"patience_ms\":1000}"
                                .formatted(agent, max))
                .json()
                .path("tasks");
    }

    private static String kept(String content) {
        var answer =
                server.send(
                        server.to("/api/v1/work/blobs")
                                .header("Authorization", "Bearer " + key)
                                .header("Content-Type", "application/octet-stream")
                                .PUT(ofByteArray(content.getBytes(UTF_8))));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("hash").asString();
    }

    private static String done(String output, long nanoUsd) {
        return "{\"result\":\"done\",\"output\":\"%s\",\"remarks\":[],\"usage\":%s}"
                .formatted(output, usage(nanoUsd));
    }

    private static String failed(String evidence, String rule, String fingerprint) {
        return """
        {"result":"failed","evidence":"%s","usage":%s,
         "failure":{"category":"unknown","failure_class":"infra","severity":"high","rule":"%s",
                    "fingerprint":"%s","message":"m","maybe_transient":false,"captures":{}}}
        """
                .formatted(evidence, usage(0), rule, fingerprint);
    }

    private static String usage(long nanoUsd) {
        return "{\"duration_millis\":1,\"checkout_millis\":0,\"cost_nano_usd\":" + nanoUsd + "}";
    }

    private static Answer report(JsonNode task, String result) {
        return work(
                "complete", "{\"lease\":%s,\"result\":%s}".formatted(task.path("lease"), result));
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
                .orElseThrow();
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
