package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.app.TestServer.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Runs over HTTP as a tenant's client does them. */
record RunHttp(TestServer server, String key) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Set<String> FINAL =
            Set.of("succeeded", "failed", "rolled_back", "cancelled");

    static RunHttp start(Map<String, String> environment) {
        var server = TestServer.start(environment);
        return new RunHttp(server, server.key());
    }

    /** A client of another tenant, which is made. */
    RunHttp as(String tenant) {
        var made = server.post("/api/v1/tenants", key, "{\"name\": \"%s\"}".formatted(tenant));
        return new RunHttp(server, made.json().path("api_key").asString());
    }

    Answer submit(String plan, String... headers) {
        var request =
                server.to("/api/v1/runs")
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/yaml")
                        .POST(BodyPublishers.ofString(plan));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return server.send(request);
    }

    /** Submits a plan of these steps, which must be taken in, and gives the run's id. */
    String run(String steps) {
        var answer = submit("plan: 1\nname: test\nsteps:\n" + steps);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("run").asString();
    }

    Answer get(String path) {
        return server.get(path, key);
    }

    Answer post(String path, String json) {
        return server.post(path, key, json);
    }

    JsonNode view(String run) {
        return get("/api/v1/runs/" + run).json();
    }

    /** The run once it has ended. */
    JsonNode ended(String run) {
        await().atMost(PATIENCE).until(() -> FINAL.contains(view(run).path("status").asString()));
        return view(run);
    }

    /** The run once it stands there. */
    JsonNode reached(String run, String status) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(view(run).path("status").asString())
                                .as(view(run).toString())
                                .isEqualTo(status));
        return view(run);
    }

    JsonNode timeline(String run) {
        return get("/api/meta/v4/runs/%s/timeline".formatted(run)).json().path("entries");
    }

    /** An event of a stream. */
    record Sent(String name, String id, JsonNode data) {}

    /** Follows a run after an entry until its end or, cutting the line, so many entries. */
    List<Sent> follow(String run, String lastId, int most) {
        var request =
                server.to("/api/v1/runs/%s/events".formatted(run))
                        .header("Authorization", "Bearer " + key)
                        .header("Last-Event-ID", lastId)
                        .build();
        var sent = new ArrayList<Sent>();
        try (var http = HttpClient.newHttpClient();
                var body =
                        new BufferedReader(
                                new InputStreamReader(
                                        http.send(request, BodyHandlers.ofInputStream()).body(),
                                        StandardCharsets.UTF_8))) {
            String name = "";
            String id = "";
            String data = "{}";
            for (var line = body.readLine(); line != null; line = body.readLine()) {
                if (line.startsWith("event:")) {
                    name = line.substring("event:".length());
                } else if (line.startsWith("id:")) {
                    id = line.substring("id:".length());
                } else if (line.startsWith("data:")) {
                    data = line.substring("data:".length());
                } else if (line.isEmpty() && !name.isEmpty()) {
                    sent.add(new Sent(name, id, Json.mapper().readTree(data)));
                    if (entries(sent).size() == most) {
                        http.shutdownNow();
                        return sent;
                    }
                    name = "";
                    id = "";
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return sent;
    }

    static List<Sent> entries(List<Sent> sent) {
        return sent.stream().filter(event -> event.name().equals("entry")).toList();
    }

    static void assertProblem(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.type()).startsWith("application/problem+json");
        assertThat(answer.json().path("code").asString()).isEqualTo(code);
        assertThat(answer.text()).doesNotContain("\tat ").doesNotContain("Exception");
    }
}
