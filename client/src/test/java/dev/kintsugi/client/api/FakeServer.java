package dev.kintsugi.client.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A real HTTP server that gives the answers put into it, in order, and keeps what was asked. */
final class FakeServer implements AutoCloseable {
    /** One request as it arrived. */
    record Asked(
            String method,
            String target,
            String body,
            @Nullable String authorization,
            @Nullable String lastEventId,
            @Nullable String contentType,
            @Nullable String idempotencyKey) {}

    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    FakeServer() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    FakeServer answers(int status, String body, String... headers) {
        return answers(exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
    }

    /** Sends part of a stream and cuts the connection in the middle of a chunk. */
    FakeServer streamsThenCuts(String part) {
        return answers(exchange -> {
            exchange.sendResponseHeaders(200, part.length() + 1_000L);
            exchange.getResponseBody().write(part.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
    }

    FakeServer answers(Answer answer) {
        answers.add(answer);
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        asked.add(
                new Asked(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                        headers.getFirst("Authorization"),
                        headers.getFirst("Last-Event-ID"),
                        headers.getFirst("Content-Type"),
                        headers.getFirst("Idempotency-Key")));
        var answer = answers.poll();
        try (exchange) {
            if (answer == null) {
                exchange.sendResponseHeaders(500, -1);
            } else {
                answer.give(exchange);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
