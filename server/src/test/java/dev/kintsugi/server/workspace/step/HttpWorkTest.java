package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.healing.Evidence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpWorkTest {
    private Workshop workshop;
    private HttpServer server;
    private final CountDownLatch never = new CountDownLatch(1);
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void prepare() throws IOException {
        workshop = new Workshop();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/json", exchange -> answer(exchange, 201, "{\"id\": 7}"));
        server.createContext("/denied", exchange -> answer(exchange, 403, "no"));
        server.createContext("/moved", this::redirect);
        server.createContext("/slow", this::stall);
        server.start();
    }

    @AfterEach
    void clean() {
        never.countDown();
        server.stop(0);
        workshop.close();
    }

    @Test
    void sendsTheIdempotencyKeyAndTakesAJsonAnswerAsOutput() throws Exception {
        var result = (Done) workshop.run(http("POST", "/json", "{\"a\":1}", "200,201"));

        assertThat(seen).containsExactly("POST /json key=r1:build:1 auth=null {\"a\":1}");
        assertThat(workshop.blob(result.output())).isEqualTo("{\"id\":7}");
        assertThat(workshop.context.text()).contains("POST http://127.0.0.1:", "201, 9 bytes");
    }

    @Test
    void theAnswerToWhatMustHappenOnceIsItsReceipt() throws Exception {
        workshop.run(http("POST", "/json", null, "2xx"));
        assertThat(workshop.context.receipts()).isEmpty();

        workshop.effects = Effects.ONCE;
        workshop.run(http("POST", "/denied", null, "2xx"));
        assertThat(workshop.context.receipts()).isEmpty();
        workshop.run(http("POST", "/json", null, "2xx"));
        workshop.run(http("POST", "/moved", null, "302"));

        assertThat(workshop.context.receipts()).hasSize(2);
        assertThat(workshop.context.receipts().getFirst()).isEqualTo("HTTP 201");
        assertThat(workshop.context.receipts().getLast()).startsWith("HTTP 302, location: ");
    }

    @Test
    void aValueCannotChangeTheShapeOfTheBody() throws Exception {
        workshop.output("a", "{\"x\": \"\\\", \\\"admin\\\": true, \\\"\", \"n\": 3}");

        workshop.run(
                http(
                        "POST",
                        "/json",
                        "{\"name\": \"<${steps.a.output.x}>\", \"n\": \"${steps.a.output.n}\"}",
                        "2xx"));

        assertThat(seen.getFirst())
                .endsWith("{\"name\":\"<\\\", \\\"admin\\\": true, \\\">\",\"n\":3}");
    }

    @Test
    void anUnexpectedStatusIsEvidence() throws Exception {
        workshop.environment.put("KINTSUGI_SECRET_TOKEN", "s3cret-token");

        var result =
                (Failed)
                        workshop.run(
                                new Work.Http(
                                        "GET",
                                        url("/denied?t=${secrets.TOKEN}"),
                                        new TreeMap<>(
                                                Map.of("Authorization", "Bearer ${secrets.TOKEN}")),
                                        null,
                                        "2xx"));

        assertThat(result.failure().rule()).isEqualTo("http-403");
        assertThat(((Evidence.HttpReply) workshop.classified.getFirst()).body()).isEqualTo("no");
        assertThat(seen.getFirst()).contains("auth=Bearer s3cret-token");
        assertThat(workshop.context.text() + workshop.blob(result.evidence()))
                .doesNotContain("s3cret");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        var result = (Failed) workshop.run(http("GET", "/moved", null, "2xx"));

        assertThat(result.failure().rule()).isEqualTo("http-302");
        assertThat(seen).isEmpty();
    }

    @Test
    void aBodyThatNeverEndsRunsIntoTheTimeout() throws Exception {
        workshop.timeout = Duration.ofMillis(400);

        var result = (Failed) workshop.run(http("GET", "/slow", null, "2xx"));

        assertThat(result.failure().rule()).isEqualTo("HttpTimeoutException");
    }

    @Test
    void aServerThatIsNotThereIsEvidence() throws Exception {
        server.stop(0);

        var result = (Failed) workshop.run(http("GET", "/json", null, "2xx"));

        assertThat(result.failure().rule()).isEqualTo("ConnectException");
    }

    @Test
    void theGateHoldsForRequestsToo() throws Exception {
        workshop.network = Network.NONE;
        var none = (Failed) workshop.run(http("GET", "/json", null, "2xx"));
        workshop.network = Network.LOOPBACK;
        var outside =
                (Failed)
                        workshop.run(
                                new Work.Http(
                                        "GET",
                                        "http://127.0.0.1.example.com/",
                                        new TreeMap<>(),
                                        null,
                                        "2xx"));
        var loopback = workshop.run(http("GET", "/json", null, "2xx"));

        assertThat(none.failure().message()).contains("network: none", "gate.network");
        assertThat(outside.failure().message()).contains("network: loopback");
        assertThat(loopback).isInstanceOf(Done.class);
    }

    @Test
    void aHeaderThatCannotBeSentIsRefusedWithoutItsValue() throws Exception {
        workshop.environment.put("KINTSUGI_SECRET_TOKEN", "two\r\nX-Injected: lines");

        var result =
                (Failed)
                        workshop.run(
                                new Work.Http(
                                        "GET",
                                        url("/json"),
                                        new TreeMap<>(Map.of("X-Token", "${secrets.TOKEN}")),
                                        null,
                                        "2xx"));

        assertThat(result.failure().message()).contains("X-Token").doesNotContain("Injected");
        assertThat(seen).isEmpty();
    }

    @Test
    void expectedStatusIsCodesAndClasses() throws Exception {
        var expected = ExpectedStatus.of("204, 3xx");

        assertThat(expected.includes(204)).isTrue();
        assertThat(expected.includes(302)).isTrue();
        assertThat(expected.includes(200)).isFalse();
        assertThatThrownBy(() -> ExpectedStatus.of("ok")).hasMessageContaining("\"ok\"");
        assertThatThrownBy(() -> ExpectedStatus.of("")).hasMessageContaining("http.expect");
    }

    private Work.Http http(String method, String path, @Nullable String body, String expect) {
        return new Work.Http(method, url(path), new TreeMap<>(), body, expect);
    }

    private String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        var request = exchange.getRequestHeaders();
        seen.add(
                "%s %s key=%s auth=%s %s"
                        .formatted(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI().getPath(),
                                request.getFirst("Idempotency-Key"),
                                request.getFirst("Authorization"),
                                new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
        exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length());
        exchange.getResponseBody().write(body.getBytes(UTF_8));
        exchange.close();
    }

    private void redirect(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Location", url("/json"));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void stall(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write('x');
        exchange.getResponseBody().flush();
        try {
            never.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }
}
