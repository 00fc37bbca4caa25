package dev.kintsugi.server.integration;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.time.Pause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

/**
 * The way to one platform at one address: its connections, and the policies around its calls.
 * Nothing of it is shared with other platforms and addresses, so that one that hangs keeps only its
 * own callers waiting: as many as there are connections, and as many again for a connection; others
 * are rejected at once. Safe for many threads, and meant to be used on virtual ones.
 */
public final class Edge implements AutoCloseable {

    /** Calls in all (Contexten's three retries). */
    public static final int ATTEMPTS = 4;

    /** Bytes of a reply's body; a longer one fails the call. */
    public static final int MAX_BODY = 10 * 1024 * 1024;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration UNTIL_PROBE = Duration.ofSeconds(60);
    private static final int FAILURES_TO_OPEN = 5;
    private static final int PROBES_TO_CLOSE = 2;

    private final String platform;
    private final String base;
    private final Connections connections;
    private final Recovery recovery;
    private final Recovery once;

    /**
     * @param platform its name, such as {@code github}
     * @param bare the platform's recovery without any policy
     */
    Edge(String platform, Address address, PoolLimits limits, Recovery bare, Pause pause) {
        this.platform = platform;
        this.base = address.path();
        this.connections = new Connections(platform, address, limits, pause);
        this.recovery =
                bare.retry(Retry.attempts(ATTEMPTS).backoff(FIRST_WAIT, LONGEST_WAIT))
                        .breaker(
                                Breaker.opensAfter(FAILURES_TO_OPEN)
                                        .halfOpenAfter(UNTIL_PROBE)
                                        .closesAfter(PROBES_TO_CLOSE))
                        .bulkhead(Bulkhead.atMost(2 * limits.max()))
                        .timeout(limits.patience().plus(Connections.RESPONSE_TIMEOUT));
        this.once = recovery.retry(Retry.attempts(1));
    }

    public String platform() {
        return platform;
    }

    /** The policies around calls; also statistics and the breaker. */
    public Recovery recovery() {
        return recovery;
    }

    public PoolUse connections() {
        return connections.use();
    }

    /**
     * Asks the platform, again when that may help and does no harm.
     *
     * @throws PlatformRefused when it answered 400 to 599
     * @throws IOException when there was no answer
     * @throws dev.kintsugi.healing.call.CallRejected when it was not asked
     */
    public Reply exchange(Request request) throws IOException {
        return (request.repeatable() ? recovery : once).call(() -> send(request));
    }

    private Reply send(Request request) throws IOException {
        var http =
                ClassicRequestBuilder.create(request.method())
                        .setHttpHost(connections.host())
                        .setPath(base + request.path());
        request.headers().forEach(http::setHeader);
        if (request.body() != null) {
            http.setEntity(request.body().getBytes(StandardCharsets.UTF_8), null);
        }
        return connections.http().execute(http.build(), response -> reply(request, response));
    }

    private Reply reply(Request request, ClassicHttpResponse response) throws IOException {
        var headers = new TreeMap<String, String>();
        for (var header : response.getHeaders()) {
            headers.put(header.getName().toLowerCase(Locale.ROOT), header.getValue());
        }
        String body = body(response.getEntity());
        if (response.getCode() >= 400) {
            throw new PlatformRefused(platform, request, response.getCode(), headers, body);
        }
        return new Reply(response.getCode(), headers, body);
    }

    private String body(HttpEntity entity) throws IOException {
        byte[] bytes = entity == null ? new byte[0] : EntityUtils.toByteArray(entity, MAX_BODY + 1);
        if (bytes.length > MAX_BODY) {
            throw new IOException("%s answered more than %d bytes".formatted(platform, MAX_BODY));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        connections.close();
    }
}
