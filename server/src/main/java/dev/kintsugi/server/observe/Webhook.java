package dev.kintsugi.server.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.server.platform.StartFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An address that is told by HTTP POST what a human should know. Safe for many threads.
 *
 * <p>With a secret, header {@code X-Kintsugi-Signature} is {@code sha256=} and the HMAC-SHA-256 of
 * the body in hexadecimal. {@code X-Kintsugi-Delivery} is the same for every try of one message.
 */
public final class Webhook implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String ALGORITHM = "HmacSHA256";
    private static final Breaker SPARES =
            Breaker.opensAfter(5).halfOpenAfter(Duration.ofSeconds(60)).closesAfter(2);

    private final URI address;
    private final String secret;
    private final Recovery recovery;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /**
     * @param address http or https
     * @param secret signs what is sent; empty not to
     * @param bare its recovery without any policy; it gets a breaker and no retries, as who sends
     *     keeps what did not arrive
     * @throws StartFailure when the address is no such URL
     */
    public Webhook(String address, String secret, Recovery bare) {
        this.address = parsed(address);
        this.secret = secret;
        this.recovery = bare.breaker(SPARES);
    }

    private static URI parsed(String address) {
        try {
            var uri = URI.create(address.strip());
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below: the address may hold a token, so it is not shown
        }
        throw new StartFailure(
                "KINTSUGI_APPROVAL_WEBHOOK must be a URL such as https://host/path.");
    }

    /** The policies around calls; also statistics and the breaker. */
    public Recovery recovery() {
        return recovery;
    }

    /** Whether the address is this server's own: it would tell itself. */
    public boolean isOurselves(int ownPort) {
        int port = address.getPort();
        if (port < 0) {
            port = address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        }
        if (port != ownPort) {
            return false;
        }
        try {
            var host = InetAddress.getByName(address.getHost());
            return host.isAnyLocalAddress()
                    || host.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(host) != null;
        } catch (UnknownHostException | SocketException _) {
            return false;
        }
    }

    /**
     * Sends a message; waits at most 10 s.
     *
     * @param id the same for every try of this message
     * @return why it did not arrive; empty when it did
     * @throws CallRejected when it keeps failing and is spared: nothing was sent
     */
    public Optional<String> send(String id, String body) throws InterruptedException {
        var request =
                HttpRequest.newBuilder(address)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .header("X-Kintsugi-Delivery", id)
                        .POST(BodyPublishers.ofString(body));
        if (!secret.isEmpty()) {
            request.header("X-Kintsugi-Signature", "sha256=" + signature(body));
        }
        try {
            return recovery.<Optional<String>, Exception>call(() -> posted(request.build()));
        } catch (RefusedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Optional.of(e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("posting throws nothing else", e);
        }
    }

    private Optional<String> posted(HttpRequest request) throws IOException, InterruptedException {
        int status = http.send(request, BodyHandlers.discarding()).statusCode();
        if (status / 100 != 2) {
            throw new RefusedException(status);
        }
        return Optional.empty();
    }

    /** Another answer than success; by its status it is known whose fault that is. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;
        private final int statusCode;

        RefusedException(int statusCode) {
            super("it answered " + statusCode);
            this.statusCode = statusCode;
        }

        @SuppressWarnings("unused") // asked by name where failures are told apart
        public int statusCode() {
            return statusCode;
        }
    }

    private String signature(String body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
