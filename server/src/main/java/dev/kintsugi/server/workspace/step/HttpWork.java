package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.healing.Evidence;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does a step by one HTTP exchange. Redirects are answers like any other and are not followed, so
 * that no header with a secret goes where the plan did not say.
 */
final class HttpWork {
    /** Longest response body that is read. */
    private static final int MAX_BODY_BYTES = StepOutput.MAX_BYTES;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[(?:::1|0:0:0:0:0:0:0:1)]");

    /** Response headers worth keeping: no cookies, no challenges. */
    private static final Set<String> KEPT_HEADERS =
            Set.of(
                    "content-type",
                    "location",
                    "retry-after",
                    "server",
                    "x-request-id",
                    "x-ratelimit-remaining",
                    "x-ratelimit-reset");

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();

    Outcome run(Attempt attempt, Work.Http http) throws InterruptedException, StepRefusedException {
        var expected = ExpectedStatus.of(http.expect());
        var request = request(attempt, http);
        var redactor = attempt.references().redactor();
        var log = new OutputLog(redactor.stream(), attempt.context());
        var uri = request.uri();
        log.write(
                "%s %s://%s%s%n"
                        .formatted(
                                http.method(),
                                uri.getScheme(),
                                uri.getAuthority(),
                                uri.getRawPath()));
        try {
            var reply = exchange(attempt, request);
            log.write("%d, %,d bytes%n".formatted(reply.status(), reply.body().length));
            log.write(reply.body(), reply.body().length);
            var said = log.end();
            if (!expected.includes(reply.status())) {
                return new Outcome.Broken(evidence(reply, redactor), said, 0);
            }
            if (attempt.takesEffectOnce()) {
                attempt.context().receipt(redactor.redact(receipt(reply)));
            }
            return passed(reply, redactor);
        } catch (IOException e) {
            attempt.throwIfCancelled();
            log.write("%s%n".formatted(e));
            return new Outcome.Broken(new Evidence.Thrown(e), log.end(), 0);
        }
    }

    private HttpRequest request(Attempt attempt, Work.Http http) throws StepRefusedException {
        var references = attempt.references();
        var uri = target(references.text(http.url()), attempt.task().network());
        var body = http.body() == null ? null : body(references, http.body());
        try {
            var request =
                    HttpRequest.newBuilder(uri)
                            .timeout(attempt.step().timeout())
                            .method(
                                    http.method(),
                                    body == null
                                            ? BodyPublishers.noBody()
                                            : BodyPublishers.ofString(body, UTF_8))
                            .setHeader("Idempotency-Key", attempt.task().effectKey());
            if (body != null) {
                request.setHeader("Content-Type", "application/json");
            }
            for (var header : http.headers().entrySet()) {
                request.setHeader(header.getKey(), references.text(header.getValue()));
            }
            return request.build();
        } catch (IllegalArgumentException _) { // its message may hold a secret
            throw refused(
                    "http has a method or header that cannot be sent: %s %s"
                            .formatted(http.method(), http.headers().keySet()));
        }
    }

    private static URI target(String url, Network network) throws StepRefusedException {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException _) { // its message holds the url, perhaps with a secret
            throw refused("http.url is not a URL after its references are filled in");
        }
        var web =
                "http".equalsIgnoreCase(uri.getScheme())
                        || "https".equalsIgnoreCase(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getUserInfo() != null) {
            throw refused(
                    "http.url must be http://host/... or https://host/..., without a user; put"
                            + " credentials into headers");
        }
        var allowed =
                switch (network) {
                    case FULL -> true;
                    case LOOPBACK -> LOOPBACK.matcher(uri.getHost()).matches();
                    case NONE -> false;
                };
        if (!allowed) {
            throw refused(
                    "http to %s is outside of the attempt's network: %s; raise gate.network in the plan"
                            .formatted(uri.getHost(), network.name().toLowerCase(Locale.ROOT)));
        }
        return uri;
    }

    /** Fills references into the texts of a JSON body, so that no value can change its shape. */
    private static String body(References references, String body) throws StepRefusedException {
        JsonNode json;
        try {
            json = Json.mapper().readTree(body);
        } catch (JacksonException e) {
            throw refused("http.body is not JSON: " + e.getOriginalMessage());
        }
        return references.filled(json).toString();
    }

    /**
     * What came back.
     *
     * @param whole whether the body ends where it ended here
     */
    private record Reply(int status, HttpHeaders headers, byte[] body, boolean whole) {
        boolean isJson() {
            var type = headers.firstValue("content-type").orElse("").toLowerCase(Locale.ROOT);
            return type.matches("application/(?:[a-z0-9.+-]+\\+)?json\\s*(?:;.*)?");
        }
    }

    /** The whole exchange within the step's timeout; a request's own covers only its beginning. */
    private Reply exchange(Attempt attempt, HttpRequest request)
            throws IOException, InterruptedException {
        var timeout = attempt.step().timeout();
        var call = new FutureTask<>(() -> read(client.send(request, BodyHandlers.ofInputStream())));
        Thread.startVirtualThread(call);
        attempt.context().onCancel(() -> call.cancel(true));
        try {
            return call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw new HttpTimeoutException("no whole response within " + timeout);
        } catch (CancellationException _) {
            throw new InterruptedException(attempt.task().key() + " is no longer wanted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            call.cancel(true);
        }
    }

    private static Reply read(HttpResponse<InputStream> response) throws IOException {
        try (var in = response.body()) {
            var body = in.readNBytes(MAX_BODY_BYTES);
            var whole = body.length < MAX_BODY_BYTES || in.read() < 0;
            return new Reply(response.statusCode(), response.headers(), body, whole);
        }
    }

    /** What tells the effect apart for the other side. */
    private static String receipt(Reply reply) {
        var receipt = new StringBuilder("HTTP ").append(reply.status());
        for (var header : List.of("location", "x-request-id")) {
            reply.headers()
                    .firstValue(header)
                    .ifPresent(value ->
                            receipt.append(", ").append(header).append(": ").append(value));
        }
        return receipt.toString();
    }

    private static Outcome passed(Reply reply, Redactor redactor) {
        if (!reply.isJson()) {
            return new Outcome.Passed(null, List.of(), 0);
        }
        if (!reply.whole()) {
            return without("the response is longer than 1 MiB: it is no output for later steps");
        }
        try {
            return Json.mapper().readTree(reply.body()) instanceof ObjectNode object
                    ? new Outcome.Passed(
                            new StepOutput(object, 0).redacted(redactor::redact), List.of(), 0)
                    : without("the response is no JSON object: it is no output for later steps");
        } catch (JacksonException _) {
            return without("the response says it is JSON, but is not: no output for later steps");
        }
    }

    private static Outcome without(String remark) {
        return new Outcome.Passed(null, List.of(remark), 0);
    }

    private static Evidence evidence(Reply reply, Redactor redactor) {
        var headers = new TreeMap<String, String>();
        reply.headers()
                .map()
                .forEach((name, values) -> {
                    if (KEPT_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                        headers.put(
                                name.toLowerCase(Locale.ROOT),
                                redactor.redact(String.join(", ", values)));
                    }
                });
        int length = Math.min(reply.body().length, OutputLog.EVIDENCE_BYTES);
        return new Evidence.HttpReply(
                reply.status(),
                headers,
                redactor.redact(new String(reply.body(), 0, length, UTF_8)));
    }

    private static StepRefusedException refused(String problem) {
        return StepRefusedException.configuration("step.http", problem);
    }
}
