package dev.kintsugi.server.app;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** A whole server on a free port, with a home and a database of its own. */
public final class TestServer implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path home;
    private final TestDatabase database;
    private final boolean databaseIsOurs;
    private final ConfigurableApplicationContext context;

    private TestServer(
            TestDatabase database,
            boolean databaseIsOurs,
            Map<String, String> environment,
            String... args) {
        try {
            home = Files.createTempDirectory("kintsugi-server-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.database = database;
        this.databaseIsOurs = databaseIsOurs;
        var all = new HashMap<String, String>();
        all.put("KINTSUGI_HOME", home.toString());
        all.put("KINTSUGI_PORT", "0");
        all.put("KINTSUGI_DB_URL", database.owner().url());
        all.put("KINTSUGI_DB_USER", database.owner().user());
        all.put("KINTSUGI_DB_PASSWORD", database.owner().password());
        all.putAll(environment);
        context = KintsugiServer.start(all, args);
    }

    /**
     * An answer: its status, its content type, and its body, read as JSON where it is.
     *
     * @param location empty when it has none
     */
    public record Answer(int status, String type, JsonNode json, String text, String location) {}

    /** Up when this returns. @param environment goes before what this sets */
    public static TestServer start(Map<String, String> environment, String... args) {
        return new TestServer(TestDatabase.fresh(), true, environment, args);
    }

    /** As {@link #start}, on the database of another, which is closed after this. */
    public static TestServer beside(TestServer first, Map<String, String> environment) {
        return new TestServer(first.database, false, environment);
    }

    public Path home() {
        return home;
    }

    /** Runs a statement as the owner of the database, who is above all policies. */
    public int execute(String sql, String parameter) {
        var owner = database.owner();
        try (var connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key that the server left in its home. */
    public String key() {
        try {
            return Files.readString(home.resolve("api-key")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    /** A request to a path, to be completed and sent. */
    public HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
    }

    public Answer get(String path, String key) {
        return send(to(path).header("Authorization", "Bearer " + key));
    }

    public Answer post(String path, String key, String json) {
        return send(
                to(path).header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            String type = response.headers().firstValue("Content-Type").orElse("");
            var json =
                    type.contains("json")
                            ? Json.mapper().readTree(response.body())
                            : Json.mapper().nullNode();
            return new Answer(
                    response.statusCode(),
                    type,
                    json,
                    response.body(),
                    response.headers().firstValue("Location").orElse(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
        context.close();
        if (databaseIsOurs) {
            database.close();
        }
        try {
            FileSystemUtils.deleteRecursively(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
