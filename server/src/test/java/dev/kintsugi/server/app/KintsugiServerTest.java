package dev.kintsugi.server.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.platform.StartFailure;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KintsugiServerTest {
    private static TestServer server;
    private static String admin;

    @BeforeAll
    static void start() {
        server = TestServer.start(Map.of());
        admin = server.key();
    }

    @AfterAll
    static void stop() {
        server.close();
        assertThat(server.home()).doesNotExist();
    }

    @Test
    void livesAndIsReadyForAnybody() {
        assertThat(server.send(server.to("/health/live")).json().path("status").asString())
                .isEqualTo("UP");
        assertThat(server.send(server.to("/health/ready")).status()).isEqualTo(200);
    }

    @Test
    void showsItsMetricsToItsOwnMachine() {
        Answer metrics = server.send(server.to("/metrics"));

        assertThat(metrics.type()).startsWith("text/plain");
        assertThat(metrics.text()).contains("# TYPE jvm_memory_used_bytes gauge");
    }

    @Test
    void describesItsApi() {
        Answer answer = server.send(server.to("/api/openapi.json"));

        assertThat(answer.json().path("openapi").asString()).startsWith("3.1");
        assertThat(answer.json().path("paths").has("/api/v1/tenants")).isTrue();
    }

    @Test
    void withoutAKeyItSaysWhereToFindOne() {
        Answer answer = server.send(server.to("/api/v1/runs"));

        assertProblem(answer, 401, "unauthorized");
        assertThat(answer.json().path("detail").asString()).contains("KINTSUGI_HOME/api-key");
    }

    @Test
    void aWrongKeyIsRefusedEvenWhereNoneIsNeeded() {
        assertProblem(
                server.get("/health/live", "kin_default_" + "0".repeat(64)), 401, "unauthorized");
    }

    @Test
    void aTenantsKeyIsNoAdministrators() {
        Answer made = server.post("/api/v1/tenants", admin, "{\"name\": \"acme\"}");
        assertThat(made.status()).isEqualTo(201);
        String key = made.json().path("api_key").asString();

        assertProblem(
                server.post("/api/v1/tenants", key, "{\"name\": \"globex\"}"), 403, "forbidden");
        assertProblem(server.post("/api/v1/shutdown", key, "{}"), 403, "forbidden");
        assertProblem(
                server.post("/api/v1/tenants", admin, "{\"name\": \"acme\"}"), 409, "conflict");
    }

    @Test
    void aKeyMayDoWhatItsScopesSayAndNoMore() {
        server.post("/api/v1/tenants", admin, "{\"name\": \"initech\"}");
        Answer made =
                server.post(
                        "/api/v1/tenants/initech/keys",
                        admin,
                        "{\"label\": \"look\", \"scopes\": [\"read\"]}");
        String key = made.json().path("api_key").asString();

        assertProblem(server.get("/api/v1/nothing", key), 404, "not_found");
        assertProblem(server.post("/api/v1/nothing", key, "{}"), 403, "forbidden");
    }

    @Test
    void aKeyIsListedUntilItIsRevokedAndItsLabelIsFreeThen() {
        server.post("/api/v1/tenants", admin, "{\"name\": \"hooli\"}");
        String path = "/api/v1/tenants/hooli/keys";
        String wanted = "{\"label\": \"ci.2026\", \"scopes\": [\"read\"]}";
        String key = server.post(path, admin, wanted).json().path("api_key").asString();

        Answer listed = server.get(path, admin);
        assertThat(listed.json().findValuesAsString("label")).containsExactly("first", "ci.2026");
        assertThat(listed.json().path(1).path("scopes").path(0).asString()).isEqualTo("read");
        assertThat(listed.text()).doesNotContain(key);
        assertProblem(server.post(path, admin, wanted), 409, "conflict");

        assertThat(delete(path + "/ci.2026", admin).status()).isEqualTo(204);
        assertProblem(server.get("/api/v1/runs", key), 401, "unauthorized");
        assertThat(server.get(path, admin).json()).hasSize(1);
        assertProblem(delete(path + "/ci.2026", admin), 404, "not_found");
        assertThat(server.post(path, admin, wanted).status()).isEqualTo(201);
        assertProblem(delete(path + "/first", key), 401, "unauthorized");
    }

    private static Answer delete(String path, String key) {
        return server.send(server.to(path).header("Authorization", "Bearer " + key).DELETE());
    }

    @Test
    void anUnknownPathOrMethodIsAProblem() {
        assertProblem(server.get("/api/v1/nothing", admin), 404, "not_found");
        assertProblem(server.get("/api/v1/tenants", admin), 405, "method_not_allowed");
    }

    @Test
    void whatTheWebServerItselfRefusesIsAProblemToo() throws Exception {
        try (var socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(
                            "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                    .getBytes(UTF_8));
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("application/problem+json", "\"code\":\"bad_input\"")
                    .doesNotContain("Tomcat", "<html");
        }
    }

    @Test
    void malformedJsonIsToldByItsPlace() {
        Answer broken = server.post("/api/v1/tenants", admin, "{\"name\": oops}");
        Answer misfit =
                server.post(
                        "/api/v1/tenants/default/keys",
                        admin,
                        "{\"label\":\"x\",\"scopes\":[\"fly\"]}");

        assertProblem(broken, 400, "malformed_json");
        assertThat(broken.json().path("detail").asString())
                .contains("line 1, column 10")
                .doesNotContain("java");
        assertProblem(misfit, 400, "malformed_json");
        assertThat(misfit.json().path("detail").asString())
                .startsWith("scopes[0]: \"fly\" is not one of read, run");
    }

    @Test
    void aBodyPastTheLimitIsRefusedWithAndWithoutItsLength() {
        byte[] large = new byte[8 * 1024 * 1024 + 1];
        Arrays.fill(large, (byte) ' ');

        for (var body :
                new BodyPublisher[] {
                    BodyPublishers.ofByteArray(large),
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))
                }) {
            Answer answer =
                    server.send(
                            server.to("/api/v1/tenants")
                                    .header("Authorization", "Bearer " + admin)
                                    .header("Content-Type", "application/json")
                                    .POST(body));
            assertProblem(answer, 413, "too_large");
        }
    }

    @Test
    void aBusyPortIsSaidInOneSentenceAndLeavesNothingBehind(@TempDir Path folder) {
        Path home = folder.resolve("home");
        var environment = Map.of("KINTSUGI_HOME", home.toString());

        assertThatThrownBy(() -> KintsugiServer.start(environment, "--port=" + server.port()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("Port %d of 127.0.0.1 cannot be taken", server.port())
                .hasMessageContaining("--port");
        assertThat(home).doesNotExist();
    }

    @Test
    void aStartThatFailsLaterGivesTheHomeBack(@TempDir Path home) {
        var environment =
                Map.of(
                        "KINTSUGI_HOME", home.toString(),
                        "KINTSUGI_PORT", "0",
                        "KINTSUGI_DB_URL", "mysql://nowhere");

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> KintsugiServer.start(environment))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("KINTSUGI_DB_URL must look like");
        }
        assertThat(home.resolve("server.json")).doesNotExist();
    }

    private static void assertProblem(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.type()).startsWith("application/problem+json");
        assertThat(answer.json().path("code").asString()).isEqualTo(code);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text()).doesNotContain("\tat ").doesNotContain("Exception");
    }
}
