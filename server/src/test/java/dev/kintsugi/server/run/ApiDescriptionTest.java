package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the server describes is what it answers. */
class ApiDescriptionTest {
    private static RunHttp http;
    private static JsonNode api;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        api = http.get("/api/openapi.json").json();
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void answersHaveTheirDescribedPropertiesAndNoOthers() {
        var run = http.run("  - {id: a, exec: exit 3, alternatives: [{exec: \"true\"}]}\n");
        http.ended(run);

        matches("/api/v1/runs/{run}", http.view(run));
        matches("/api/v1/runs", http.get("/api/v1/runs").json());
        matches(
                "/api/v1/runs/{run}/steps/{step}/log",
                http.get("/api/v1/runs/%s/steps/a/log".formatted(run)).json());
        matches("/api/meta/v4/stats", http.get("/api/meta/v4/stats").json());
        matches(
                "/api/meta/v4/runs/{id}/timeline",
                http.get("/api/meta/v4/runs/%s/timeline".formatted(run)).json());
        matches(
                "/api/meta/v4/runs/{id}/repair-status",
                http.get("/api/meta/v4/runs/%s/repair-status".formatted(run)).json());
    }

    @Test
    void answersOfTheCallLevelHaveTheirDescribedPropertiesToo() {
        http.post(
                "/api/v1/healing/components/register",
                "{\"component\": \"api\", \"enable_circuit_breaker\": true}");
        var taken =
                http.post(
                        "/api/v1/healing/component/api/outcomes",
                        """
                        {"batch_id": "b1", "node": "n1", "failures": [{"category": "timeout", "error_id": "err-1"},
                          {"category": "validation", "error_id": "err-2", "request_id": "r", "user_id": "u"}],
                         "recoveries": [{"action": "fallback", "outcome": "recovered"}]}
                        """);
        assertThat(taken.status()).as(taken.text()).isEqualTo(200);

        for (var path :
                List.of(
                        "/health/components",
                        "/components",
                        "/recovery/stats",
                        "/recovery/recent",
                        "/dead-letters",
                        "/circuit-breakers",
                        "/monitoring/status")) {
            matches("/api/v1/healing" + path, http.get("/api/v1/healing" + path).json());
        }
        matches(
                "/api/v1/healing/component/{component}/stats",
                http.get("/api/v1/healing/component/api/stats").json());
    }

    @Test
    void everyOperationSaysWhatAProblemLooksLike() {
        var problem = http.get("/api/v1/runs/r-none").json();

        int operations = 0;
        for (var path : api.path("paths").values()) {
            for (var operation : path.values()) {
                operations++;
                var schema =
                        operation.at("/responses/default/content/application~1problem+json/schema");
                assertSame(schema, problem, "problem");
            }
        }
        assertThat(operations).isGreaterThan(10);
    }

    @Test
    void theCallerIsKnownByTheKeyAndNoParameter() {
        assertThat(
                        api.path("components")
                                .path("securitySchemes")
                                .path("api_key")
                                .path("scheme")
                                .asString())
                .isEqualTo("bearer");
        assertThat(api.path("paths").toString()).doesNotContain("\"name\":\"caller\"");
    }

    private static void matches(String path, JsonNode answer) {
        var contents = api.path("paths").path(path).path("get").at("/responses/200/content");
        assertThat(contents.size()).as(path).isPositive();
        assertSame(contents.values().iterator().next().path("schema"), answer, path);
    }

    /** Compares names, types of containers, and words of enums, all the way down. */
    private static void assertSame(JsonNode described, JsonNode value, String where) {
        if (described.path("$ref").asString("").endsWith("/RunEvent")) {
            return; // one of many kinds, told apart by its type: described as an open object
        }
        var schema = resolved(described);
        assertThat(schema.isMissingNode()).as(where + " is described").isFalse();
        if (value.isArray()) {
            value.forEach(item -> assertSame(schema.path("items"), item, where + "[]"));
        } else if (schema.has("enum")) {
            assertThat(schema.path("enum").values()).as(where).contains(value);
        } else if (value.isObject() && schema.has("properties")) {
            var required = new ArrayList<String>();
            schema.path("required").forEach(name -> required.add(name.asString()));
            assertThat(value.propertyNames()).as(where).containsAll(required);
            value.properties()
                    .forEach(field ->
                            assertSame(
                                    schema.path("properties").path(field.getKey()),
                                    field.getValue(),
                                    where + "." + field.getKey()));
        }
    }

    private static JsonNode resolved(JsonNode schema) {
        var reference = schema.path("$ref").asString("");
        return reference.isEmpty() ? schema : api.at(reference.substring(1));
    }
}
