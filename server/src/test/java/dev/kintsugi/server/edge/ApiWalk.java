package dev.kintsugi.server.edge;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Goes through every operation that the server's OpenAPI description names. */
record ApiWalk(TestServer server, JsonNode api) {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 6;

    static ApiWalk of(TestServer server) {
        return new ApiWalk(server, server.get("/api/openapi.json", server.key()).json());
    }

    /**
     * One operation.
     *
     * @param path with variables in braces
     * @param query names of its parameters
     * @param contentType of its body; empty when it has none
     * @param schema of its body
     */
    record Operation(
            String method, String path, List<String> query, String contentType, JsonNode schema) {
        List<String> variables() {
            return VARIABLE.matcher(path).results().map(found -> found.group(1)).toList();
        }

        /** The path with each variable replaced, encoded. */
        String at(Function<String, String> values) {
            return VARIABLE.matcher(path)
                    .replaceAll(found -> ApiWalk.encoded(values.apply(found.group(1))));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    List<Operation> operations() {
        var all = new ArrayList<Operation>();
        api.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .properties()
                                .forEach(method ->
                                        all.add(
                                                operation(
                                                        path.getKey(),
                                                        method.getKey(),
                                                        method.getValue()))));
        return all;
    }

    private static Operation operation(String path, String method, JsonNode described) {
        var query = new ArrayList<String>();
        described
                .path("parameters")
                .forEach(parameter -> {
                    if (parameter.path("in").asString().equals("query")) {
                        query.add(parameter.path("name").asString());
                    }
                });
        var bodies = described.at("/requestBody/content").properties();
        var body = bodies.isEmpty() ? null : bodies.iterator().next();
        return new Operation(
                method.toUpperCase(Locale.ROOT),
                path,
                query,
                body == null ? "" : body.getKey(),
                body == null ? JSON.missingNode() : body.getValue().path("schema"));
    }

    /** A body that the description allows; texts by the names of their fields. */
    String body(Operation operation, Function<String, String> texts) {
        if (!operation.contentType().contains("json")) {
            return "plan: 1\nname: walk\nsteps:\n  - {id: a, agent: nobody}\n";
        }
        if (operation.path().equals("/api/v1/settings")
                || operation.path().endsWith("/{tenant}/settings")) {
            return "{\"max_workers\": 900}";
        }
        var body = value("", operation.schema(), texts, 0);
        if (body.isObject() && body.has("answer") && body.has("result")) {
            var fields = new TreeMap<String, JsonNode>();
            body.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            fields.remove("result");
            fields.remove("next");
            fields.put("answer", Json.mapper().readTree("{\"output\": {}}"));
            return JSON.objectNode().setAll(fields).toString();
        }
        return body.toString();
    }

    private JsonNode value(String name, JsonNode given, Function<String, String> texts, int depth) {
        var reference = given.path("$ref").asString("");
        var schema = reference.isEmpty() ? given : api.at(reference.substring(1));
        if (depth > MAX_DEPTH) {
            return JSON.nullNode();
        }
        if (schema.has("enum")) {
            return schema.path("enum").path(0);
        }
        var type = schema.path("type");
        return switch (type.isArray() ? type.path(0).asString() : type.asString("object")) {
            case "string" -> text(name, schema, texts);
            case "integer", "number" -> number(name, texts);
            case "boolean" -> JSON.booleanNode(true);
            case "array" ->
                    JSON.arrayNode().add(value(name, schema.path("items"), texts, depth + 1));
            default -> object(name, schema, texts, depth);
        };
    }

    private static JsonNode text(String name, JsonNode schema, Function<String, String> texts) {
        return switch (schema.path("format").asString("")) {
            case "date-time" -> JSON.stringNode("2030-01-01T00:00:00Z");
            case "byte" -> JSON.stringNode("aGVsbG8=");
            default -> JSON.stringNode(texts.apply(name));
        };
    }

    private static JsonNode number(String name, Function<String, String> texts) {
        return switch (name) {
            case "token" -> JSON.numberNode(Long.parseLong(texts.apply(name)));
            case "patience_ms", "offset" -> JSON.numberNode(0);
            default -> JSON.numberNode(1);
        };
    }

    private JsonNode object(
            String name, JsonNode schema, Function<String, String> texts, int depth) {
        var object = JSON.objectNode();
        schema.path("properties")
                .properties()
                .forEach(field ->
                        object.set(
                                field.getKey(),
                                value(field.getKey(), field.getValue(), texts, depth + 1)));
        if (name.equals("slots")) {
            object.set("cpu", JSON.numberNode(1));
        }
        return object;
    }

    /** Sends it. @param header names and values, beside the key's */
    Answer send(
            String key,
            String method,
            String path,
            BodyPublisher body,
            Map<String, String> header) {
        var request = server.to(path).timeout(PATIENCE).header("Authorization", "Bearer " + key);
        header.forEach(request::header);
        return server.send(request.method(method, body));
    }

    Answer send(String key, Operation operation, String path, String body) {
        if (operation.contentType().isEmpty()) {
            return send(key, operation.method(), path, BodyPublishers.noBody(), Map.of());
        }
        return send(
                key,
                operation.method(),
                path,
                BodyPublishers.ofString(body),
                Map.of("Content-Type", operation.contentType()));
    }
}
