package dev.kintsugi.client.api;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.time.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One request and its answer, with the patience and the limits that hold for all of them. A request
 * that was refused for being too early (429, 503) is repeated as the server asks; one that may have
 * arrived is never repeated.
 */
final class Exchange implements AutoCloseable {
    /** Largest answer read: the largest blob, with room for what is around it. */
    static final int MAX_ANSWER_BYTES = 17 * 1024 * 1024;

    /** Most tries of a request that the server refuses for now. */
    static final int MAX_TRIES = 4;

    /** Longest wait that a server may ask for; beyond it the refusal is handed on. */
    static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(30);

    private static final Retry WHEN_ASKED_TO =
            Retry.attempts(MAX_TRIES)
                    .backoff(Duration.ofSeconds(1), MAX_RETRY_AFTER)
                    .when(error -> error.failure().retryAfter() != null);

    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();
    private final URI server;
    private final @Nullable String key;
    private final Duration patience;
    private final Recovery recovery;

    Exchange(URI server, @Nullable String key, Duration patience, Pause pause) {
        this.server = server;
        this.key = key;
        this.patience = patience;
        recovery = Recovery.of("kintsugi_server", Refusals.told(pause)).retry(WHEN_ASKED_TO);
    }

    HttpRequest get(String path) {
        return request(path).GET().build();
    }

    HttpRequest post(String path, Object body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)))
                .build();
    }

    HttpRequest patch(String path, Object body) {
        return request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)))
                .build();
    }

    HttpRequest.Builder request(String path) {
        var builder = HttpRequest.newBuilder(URI.create(server + path)).timeout(patience);
        return key == null ? builder : builder.header("Authorization", "Bearer " + key);
    }

    <T> T read(HttpRequest request, Class<T> type) {
        byte[] body = bytes(request);
        try {
            return Json.mapper().readValue(body, type);
        } catch (JacksonException e) {
            throw unreadable(request, e);
        }
    }

    byte[] bytes(HttpRequest request) {
        return recovery.call(() -> once(request));
    }

    private byte[] once(HttpRequest request) {
        var response = answer(request);
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        throw problem(response, response.body());
    }

    private HttpResponse<byte[]> answer(HttpRequest request) {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, _ -> new LimitedBody(MAX_ANSWER_BYTES));
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw tooSlow(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LimitedBody.TooLarge tooLarge) {
                throw tooLarge(request, tooLarge);
            }
            throw unanswered(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        }
    }

    /**
     * Opens a stream of events; the answer's headers must come in time, its body may take hours.
     */
    InputStream stream(String path, long after) {
        var request = request(path).header("Accept", "text/event-stream");
        if (after > 0) {
            request.header("Last-Event-ID", Long.toString(after));
        }
        try {
            var response = http.send(request.GET().build(), BodyHandlers.ofInputStream());
            if (response.statusCode() == 200) {
                return response.body();
            }
            try (var body = response.body()) {
                throw problem(response, body.readNBytes(MAX_ANSWER_BYTES));
            }
        } catch (IOException e) {
            throw unanswered(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static ApiException problem(HttpResponse<?> response, byte[] body) {
        var status = response.statusCode();
        var problem = Problem.read(status, body);
        var isTooEarly = status == 429 || status == 503;
        var retryAfter = response.headers().firstValue("Retry-After").orElse(null);
        return new ApiException(
                status,
                problem.code(),
                problem.detail(),
                problem.problems(),
                isTooEarly ? retryAfter : null);
    }

    private ApiException unanswered(Throwable cause) {
        if (cause instanceof java.net.http.HttpTimeoutException) {
            return tooSlow(cause);
        }
        var reason = cause.getMessage() == null ? "nobody listens there" : cause.getMessage();
        var detail = "cannot reach the server at %s: %s".formatted(server, reason);
        return ApiException.unanswered("unreachable", detail, cause);
    }

    private ApiException tooSlow(Throwable cause) {
        var detail =
                "the server at %s did not answer within %d s"
                        .formatted(server, Math.max(1, patience.toSeconds()));
        return ApiException.unanswered("timeout", detail, cause);
    }

    private static ApiException tooLarge(HttpRequest request, LimitedBody.TooLarge cause) {
        var detail =
                "the server's answer to %s %s is too large: %s"
                        .formatted(request.method(), request.uri().getPath(), cause.getMessage());
        return ApiException.unanswered("too_large", detail, cause);
    }

    private static ApiException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return ApiException.unanswered("interrupted", "the call was interrupted", cause);
    }

    private ApiException unreadable(HttpRequest request, JacksonException cause) {
        var detail =
                "%s %s answered something else than expected: is %s a Kintsugi server?"
                        .formatted(request.method(), request.uri().getPath(), server);
        return ApiException.unanswered("unreadable", detail, cause);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** Problem details (RFC 9457), as far as clients look at them. */
    private record Problem(String code, String detail, List<String> problems) {
        private record Wire(
                @Nullable String code,
                @Nullable String title,
                @Nullable String detail,
                @Nullable List<String> problems) {}

        static Problem read(int status, byte[] body) {
            Wire wire;
            try {
                wire = Json.mapper().readValue(body, Wire.class);
            } catch (JacksonException _) {
                var text = new String(body, StandardCharsets.UTF_8).strip();
                wire = new Wire(null, null, text.isEmpty() ? null : firstLine(text), null);
            }
            var detail = wire.detail() == null ? wire.title() : wire.detail();
            return new Problem(
                    wire.code() == null ? "http_" + status : wire.code(),
                    detail == null ? "the server answered " + status : detail,
                    wire.problems() == null ? List.of() : wire.problems());
        }

        private static String firstLine(String text) {
            var line = text.lines().findFirst().orElse("");
            return line.length() <= 200 ? line : line.substring(0, 200) + "…";
        }
    }
}
