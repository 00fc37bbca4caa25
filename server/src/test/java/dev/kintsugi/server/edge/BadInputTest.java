package dev.kintsugi.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import dev.kintsugi.server.edge.ApiWalk.Operation;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is sent to whichever endpoint: a clear refusal, and nobody else notices. */
class BadInputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DEEP = "[".repeat(5_000);
    private static final List<String> VALUES =
            List.of(
                    "null",
                    "-1",
                    "1e999",
                    "99999999999999999999",
                    "\"\"",
                    "\"\\u0000\\u0007\\u001b[2J\"",
                    "\"" + "x".repeat(20_000) + "\"",
                    "[null]",
                    "{\"a\": null}",
                    "true");
    private static final List<String> BODIES =
            List.of("", "null", "[]", "{", "\"x\"", "{}", "\u0000", DEEP, "{\"a\":".repeat(5_000));
    private static final List<String> TEXTS =
            List.of("-1", "", "\u0000", "../..", "99999999999999999999", "x".repeat(5_000), "ü☃");
    private static TestServer server;
    private static ApiWalk api;
    private static String key;
    private static String bystander;
    private static JsonNode lease;

    @BeforeAll
    static void start() {
        server = TestServer.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        api = ApiWalk.of(server);
        key = tenant("fuzz");
        bystander = tenant("bystander");
        lease = leased();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void isRefusedInWordsAndDisturbsNobody() {
        var run =
                submit(
                        bystander,
                        "  - {id: a, exec: sleep 1}\n  - {id: b, exec: sleep 1, needs: [a]}\n");
        var bad = new TreeSet<String>();
        for (var operation : api.operations()) {
            if (!operation.path().equals("/api/v1/shutdown")) {
                bad.addAll(paths(operation));
                bad.addAll(parameters(operation));
                bad.addAll(bodies(operation));
                bad.addAll(methods(operation));
            }
        }

        assertThat(bad).isEmpty();
        assertThat(server.get("/health/ready", key).status()).isEqualTo(200);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(server.get("/api/v1/runs/" + run, bystander).text())
                                .contains("\"status\":\"succeeded\""));
        // what the stranger had in hand is still its own
        assertThat(beat().path("lost")).isEmpty();
    }

    private static List<String> paths(Operation operation) {
        var bad = new ArrayList<String>();
        if (!operation.variables().isEmpty()) {
            for (var text : TEXTS) {
                var path = operation.at(_ -> text.isEmpty() ? " " : text);
                bad.addAll(
                        problems(
                                operation + " with \"" + cut(text) + "\" in its path",
                                send(operation, path, body(operation))));
            }
        }
        return bad;
    }

    private static List<String> parameters(Operation operation) {
        var bad = new ArrayList<String>();
        for (var name : operation.query()) {
            for (var text : TEXTS) {
                var path = operation.at(BadInputTest::text) + "?" + name + "=";
                bad.addAll(
                        problems(
                                "%s with %s=%s".formatted(operation, name, cut(text)),
                                send(operation, path + ApiWalk.encoded(text), body(operation))));
            }
        }
        return bad;
    }

    private static List<String> bodies(Operation operation) {
        var bad = new ArrayList<String>();
        if (operation.contentType().isEmpty()) {
            return bad;
        }
        var path = operation.at(BadInputTest::text);
        for (var body : BODIES) {
            bad.addAll(
                    problems(operation + " with body " + cut(body), send(operation, path, body)));
        }
        for (var type :
                List.of("text/html", "application/xml", "application/x-www-form-urlencoded")) {
            var answer =
                    api.send(
                            keyFor(operation),
                            operation.method(),
                            path,
                            BodyPublishers.ofString("a=b"),
                            Map.of("Content-Type", type));
            bad.addAll(problems(operation + " as " + type, answer));
        }
        if (operation.contentType().contains("json")) {
            for (var body : hostile(body(operation))) {
                hold();
                bad.addAll(
                        problems(
                                operation + " with body " + cut(body),
                                send(operation, path, body)));
            }
        }
        return bad;
    }

    /** The body with each of its values in turn replaced by each hostile one. */
    private static List<String> hostile(String body) {
        var all = new ArrayList<String>();
        var places = places(Json.mapper().readTree(body)).size();
        for (var place = 0; place < places; place++) {
            for (var value : VALUES) {
                var tree = Json.mapper().readTree(body);
                places(tree).get(place).run();
                all.add(tree.toString().replace("\"<here>\"", value));
            }
        }
        return all;
    }

    private static List<Runnable> places(JsonNode tree) {
        var places = new ArrayList<Runnable>();
        if (tree instanceof ObjectNode object) {
            for (var name : List.copyOf(object.propertyNames())) {
                places.add(() -> object.put(name, "<here>"));
                places.addAll(places(object.path(name)));
            }
        } else if (tree instanceof ArrayNode array) {
            for (var i = 0; i < array.size(); i++) {
                var at = i;
                places.add(() -> array.set(at, "<here>"));
                places.addAll(places(array.path(i)));
            }
        }
        return places;
    }

    private static List<String> methods(Operation operation) {
        var bad = new ArrayList<String>();
        for (var method : List.of("PUT", "DELETE", "PATCH", "OPTIONS")) {
            var path = operation.at(_ -> "none");
            var answer = api.send(key, method, path, BodyPublishers.noBody(), Map.of());
            bad.addAll(problems(method + " for " + operation, answer));
        }
        return bad;
    }

    private static Answer send(Operation operation, String path, String body) {
        return api.send(keyFor(operation), operation, path, body);
    }

    /** Only the server's own key gets so far as to say something bad there. */
    private static String keyFor(Operation operation) {
        return operation.path().startsWith("/api/v1/tenants") ? server.key() : key;
    }

    private static String body(Operation operation) {
        return api.body(operation, BadInputTest::text);
    }

    private static String text(String name) {
        return switch (name) {
            case "key" -> lease.path("key").asString();
            case "token" -> lease.path("token").asString();
            case "hash" -> "0".repeat(64);
            case "worker" -> "w-fuzz";
            case "run", "id" -> "r-none";
            case "tenant" -> "fuzz";
            default -> "text";
        };
    }

    private static List<String> problems(String what, Answer answer) {
        if (answer.status() < 400) {
            return List.of();
        }
        var json = answer.json();
        var isClear =
                answer.status() < 500
                        && answer.type().startsWith("application/problem+json")
                        && !json.path("title").asString("").isBlank()
                        && !json.path("detail").asString("").isBlank()
                        && !json.path("code").asString("").isBlank()
                        && !answer.text().contains("Exception");
        return isClear
                ? List.of()
                : List.of("%s: %d %s".formatted(what, answer.status(), cut(answer.text())));
    }

    private static String cut(String text) {
        return text.length() < 120 ? text : text.substring(0, 120) + "…";
    }

    /** Has a lease that is current, also when the last request gave it up. */
    private static void hold() {
        if (!beat().path("lost").isEmpty()) {
            lease = leased();
        }
    }

    private static JsonNode beat() {
        return server.post(
                        "/api/v1/work/heartbeat",
                        key,
                        "{\"worker\": \"w-fuzz\", \"leases\": [%s]}".formatted(lease))
                .json();
    }

    private static JsonNode leased() {
        submit(key, "  - {id: a, agent: fuzzed, timeout: 1h}\n");
        var asked =
                "{\"worker\": \"w-fuzz\", \"slots\": {\"io\": 1, \"cpu\": 1, \"llm\": 1}, \"agents\": [\"fuzzed\"], \"patience_ms\": 20000}";
        return server.post("/api/v1/work/lease", key, asked)
                .json()
                .path("tasks")
                .path(0)
                .path("lease");
    }

    private static String tenant(String name) {
        return server.post("/api/v1/tenants", server.key(), "{\"name\": \"%s\"}".formatted(name))
                .json()
                .path("api_key")
                .asString();
    }

    private static String submit(String who, String steps) {
        var answer =
                api.send(
                        who,
                        "POST",
                        "/api/v1/runs",
                        BodyPublishers.ofString("plan: 1\nname: fuzz\nsteps:\n" + steps),
                        Map.of("Content-Type", "application/yaml"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("run").asString();
    }
}
