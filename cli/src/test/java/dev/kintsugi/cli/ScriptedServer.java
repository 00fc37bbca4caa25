package dev.kintsugi.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A real HTTP server with an answer for each method and path; 404 for all others. */
final class ScriptedServer implements AutoCloseable {
    /** What is answered. */
    record Answer(int status, String body) {}

    /** {@code METHOD path?query body} of every request, in order. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** The header of each request that had it, in order. */
    final List<String> idempotencyKeys = new CopyOnWriteArrayList<>();

    private final Map<String, Function<String, Answer>> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    ScriptedServer() {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String uri() {
        return "http://127.0.0.1:" + port();
    }

    ScriptedServer on(String methodAndPath, int status, String body) {
        return on(methodAndPath, _ -> new Answer(status, body));
    }

    ScriptedServer on(String methodAndPath, Function<String, Answer> answer) {
        answers.put(methodAndPath, answer);
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add((exchange.getRequestMethod() + " " + uri + " " + body).strip());
        var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (key != null) {
            idempotencyKeys.add(key);
        }
        var answer =
                answers.getOrDefault(
                        exchange.getRequestMethod() + " " + uri.getPath(),
                        _ ->
                                new Answer(
                                        404,
                                        "{\"code\":\"not_found\",\"detail\":\"nothing at %s\"}"
                                                .formatted(uri.getPath())));
        try (exchange) {
            var given = answer.apply(body);
            var bytes = given.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(given.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
