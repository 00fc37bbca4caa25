package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Builds and starts the application that the documentation shows, in a JVM that has the starter's
 * artefact, what it depends on, and what the application asks for itself.
 */
class SampleApplicationTest {
    private static final Path DOCUMENT = Path.of("../docs/spring-boot.md");

    @TempDir Path folder;

    private final AtomicInteger failuresToCome = new AtomicInteger();
    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void healsAsTheDocumentationSays() throws Exception {
        HttpServer model = model();
        String document = Files.readString(DOCUMENT);
        write("Poems.java", block(document, "java"));
        write("application.yaml", block(document, "yaml"));

        String url = "--model.url=http://localhost:" + model.getAddress().getPort();
        try (SampleApplication application = SampleApplication.start(folder, url)) {
            port = application.port();

            heals();
            showsWhatHappened();
            showsItInMetrics();
            resetsTheBreaker();
        } finally {
            model.stop(0);
        }
    }

    @Test
    void needsNothingButTheArtefactAndWhatItDependsOn() throws IOException {
        write(
                "Poems.java",
                """
                package poems;

                import dev.kintsugi.spring.Healed;
                import org.springframework.boot.SpringApplication;
                import org.springframework.boot.autoconfigure.SpringBootApplication;
                import org.springframework.context.annotation.Bean;

                @SpringBootApplication
                public class Poems {
                    public static void main(String[] args) {
                        try (var context = SpringApplication.run(Poems.class, args)) {
                            System.out.println(context.getBean(Poet.class).poem());
                        }
                    }

                    @Bean
                    static Poet poet() {
                        return new Poet();
                    }

                    public static class Poet {
                        @Healed(component = "openai", fallback = "old")
                        public String poem() {
                            throw new IllegalStateException("I/O error: Connection refused");
                        }

                        String old(Throwable why) {
                            return "An old poem, because of: " + why.getMessage();
                        }
                    }
                }
                """);
        write("application.yaml", "kintsugi.healing.components.openai.retry.initial-delay: 0s");

        assertThat(SampleApplication.run(folder))
                .contains("An old poem, because of: I/O error: Connection refused");
    }

    private HttpServer model() throws IOException {
        var model =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        model.createContext(
                "/write/",
                exchange -> {
                    boolean fails = failuresToCome.getAndUpdate(it -> Math.max(0, it - 1)) > 0;
                    String about = exchange.getRequestURI().getPath().substring("/write/".length());
                    byte[] poem = ("A poem about " + about).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(fails ? 503 : 200, poem.length);
                    exchange.getResponseBody().write(poem);
                    exchange.close();
                });
        model.start();
        return model;
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private void heals() throws Exception {
        failuresToCome.set(1);
        assertThat(get("/poems/gold")).isEqualTo("A poem about gold");
        failuresToCome.set(100);
        assertThat(get("/poems/gold")).isEqualTo("An old poem about gold");
        assertThat(get("/poems/tin")).isEqualTo("An old poem about tin");
    }

    private void showsWhatHappened() throws Exception {
        JsonNode all = json(get("/actuator/healing"));
        assertThat(all.at("/components")).hasSize(1);
        assertThat(all.at("/components/0/name").asString()).isEqualTo("openai");
        assertThat(all.at("/components/0/breaker/state").asString()).isEqualTo("open");
        assertThat(all.at("/components/0/calls").asInt()).isEqualTo(3);
        assertThat(all.at("/components/0/policies").asString()).contains("bulkhead(at most 20)");
        assertThat(all.at("/recoveries/retry_backoff").asInt()).isOne();
        assertThat(all.at("/recoveries/fallback").asInt()).isEqualTo(2);
        assertThat(all.at("/engine/overall/recovered").asInt()).isZero();
        assertThat(all.at("/recentRecoveries")).hasSize(3);
        assertThat(all.at("/recentRecoveries/0/action").asString()).isEqualTo("fallback");
        assertThat(all.at("/recentRecoveries/2/operation").asString()).isEqualTo("poem");
        JsonNode health = json(get("/actuator/health"));
        assertThat(health.at("/components/healing/details/components/openai").asString())
                .isEqualTo("unhealthy");
    }

    private void showsItInMetrics() throws Exception {
        assertThat(metric("calls?tag=outcome:failure")).isEqualTo(5);
        assertThat(metric("calls?tag=outcome:success")).isOne();
        assertThat(metric("recoveries?tag=action:fallback&tag=outcome:recovered")).isEqualTo(2);
        assertThat(metric("breaker.state?tag=state:open&tag=component:openai")).isOne();
    }

    private void resetsTheBreaker() throws Exception {
        failuresToCome.set(0);
        assertThat(get("/poems/lead")).isEqualTo("An old poem about lead");

        JsonNode reset = json(post("/actuator/healing/openai", "{\"breaker\": \"reset\"}").body());

        assertThat(reset.at("/state").asString()).isEqualTo("closed");
        assertThat(get("/poems/lead")).isEqualTo("A poem about lead");
        assertThat(post("/actuator/healing/nobody", "{\"breaker\": \"reset\"}").statusCode())
                .isEqualTo(404);
        assertThat(post("/actuator/healing/openai", "{\"breaker\": \"melt\"}").statusCode())
                .isEqualTo(400);
    }

    private double metric(String query) throws Exception {
        return json(get("/actuator/metrics/kintsugi.healing." + query))
                .at("/measurements/0/value")
                .asDouble();
    }

    private String get(String path) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(at(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private URI at(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static String block(String document, String language) {
        int begin = document.indexOf("```" + language + "\n") + language.length() + 4;
        return document.substring(begin, document.indexOf("```", begin));
    }
}
