package dev.kintsugi.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.app.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;

/** Connections that nobody meant well with, and a server that does not take any more. */
class BadConnectionTest {
    private static final int HALF_OPEN = 150;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(Map.of(), "--server.tomcat.connection-timeout=2s");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void headersOfTenMegabytesAreRefused() throws IOException {
        try (var socket = connected()) {
            socket.getOutputStream().write(bytes("GET /api/v1/runs HTTP/1.1\r\nHost: x\r\nX: "));
            var answer = "";
            try {
                for (var i = 0; i < 10; i++) {
                    socket.getOutputStream().write(new byte[1 << 20]);
                }
                answer = text(socket);
            } catch (SocketException _) {
                answer = "closed";
            }
            assertThat(answer).containsPattern("HTTP/1.1 4\\d\\d|closed");
        }
        assertThat(server.get("/api/v1/runs", server.key()).status()).isEqualTo(200);
    }

    @Test
    void whatIsNoRequestIsRefused() throws IOException {
        for (var line :
                new String[] {
                    "\u0000\u0001\u0002\r\n\r\n",
                    "GET\r\n\r\n",
                    "GET /api/v1/runs HTTP/9.9\r\nHost: x\r\n\r\n",
                    "GET /api/v1/\u0000 HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                    "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                    "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n"
                }) {
            try (var socket = connected()) {
                socket.getOutputStream().write(bytes(line));
                assertThat(text(socket)).as(line).containsPattern("^(HTTP/1.1 [45]\\d\\d|$)");
            }
        }
        assertThat(server.get("/api/v1/runs", server.key()).status()).isEqualTo(200);
    }

    @Test
    void manyWhoSendSlowlyKeepNobodyWaitingAndAreCutOff() throws IOException {
        var slow = new ArrayList<Socket>();
        try {
            for (var i = 0; i < HALF_OPEN; i++) {
                var socket = connected();
                var head = "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\n";
                var rest =
                        "Authorization: Bearer %s\r\nContent-Type: application/yaml\r\nContent-Length: 900\r\n\r\nplan"
                                .formatted(server.key());
                socket.getOutputStream().write(bytes(i % 2 == 0 ? head : head + rest));
                slow.add(socket);
            }

            var run =
                    server.send(
                            server.to("/api/v1/runs")
                                    .timeout(SOON)
                                    .header("Authorization", "Bearer " + server.key())
                                    .header("Content-Type", "application/yaml")
                                    .POST(
                                            BodyPublishers.ofString(
                                                    "plan: 1\nname: hi\nsteps:\n  - {id: hi, exec: echo hi}\n")));
            assertThat(run.status()).as(run.text()).isEqualTo(201);
            var view = "/api/v1/runs/" + run.json().path("run").asString();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(server.get(view, server.key()).text())
                                    .contains("\"status\":\"succeeded\""));
            for (var socket : slow) {
                socket.setSoTimeout((int) SOON.toMillis());
                text(socket); // ends, because the server cuts it off
            }
        } finally {
            for (var socket : slow) {
                socket.close();
            }
        }
        assertThat(server.get("/health/ready", server.key()).status()).isEqualTo(200);
    }

    @Test
    void aServerThatStopsSendsNewWorkAwayAndTakesWhatEndsWork() throws Exception {
        AvailabilityChangeEvent.publish(server.context(), ReadinessState.REFUSING_TRAFFIC);
        try (var http = HttpClient.newHttpClient()) {
            var refused =
                    http.send(
                            server.to("/api/v1/runs")
                                    .header("Authorization", "Bearer " + server.key())
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValue("application/problem+json");
            assertThat(
                            server.post(
                                            "/api/v1/work/heartbeat",
                                            server.key(),
                                            "{\"worker\": \"w\", \"leases\": []}")
                                    .status())
                    .isEqualTo(200);
            assertThat(server.get("/health/ready", server.key()).status()).isEqualTo(503);
            assertThat(server.get("/health/live", server.key()).status()).isEqualTo(200);
        } finally {
            AvailabilityChangeEvent.publish(server.context(), ReadinessState.ACCEPTING_TRAFFIC);
        }
        assertThat(server.get("/api/v1/runs", server.key()).status()).isEqualTo(200);
    }

    private static Socket connected() throws IOException {
        var socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException _) {
            return "";
        }
    }
}
