package dev.kintsugi.server.integration;

import dev.kintsugi.healing.time.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pooled connections to one platform. */
final class Connections implements AutoCloseable {

    /** Between two pieces of an answer. */
    static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);

    /** Many platforms close what was idle for a minute: such a connection is not used again. */
    private static final TimeValue IDLE = TimeValue.ofSeconds(55);

    private static final TimeValue CHECKED_AFTER = TimeValue.ofSeconds(2);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(20);

    private final String platform;
    private final PoolLimits limits;
    private final HttpRoute route;
    private final PoolingHttpClientConnectionManager pool;
    private final CloseableHttpClient http;
    private final Thread keeper;

    Connections(String platform, Address address, PoolLimits limits, Pause pause) {
        this.platform = platform;
        this.limits = limits;
        this.route = route(address);
        this.pool =
                PoolingHttpClientConnectionManagerBuilder.create()
                        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
                        .setMaxConnTotal(limits.max())
                        .setMaxConnPerRoute(limits.max())
                        .setDefaultConnectionConfig(
                                ConnectionConfig.custom()
                                        .setConnectTimeout(CONNECT_TIMEOUT)
                                        .setSocketTimeout(Timeout.of(RESPONSE_TIMEOUT))
                                        .setValidateAfterInactivity(CHECKED_AFTER)
                                        .build())
                        .build();
        this.http =
                HttpClients.custom()
                        .setConnectionManager(pool)
                        .setRoutePlanner((_, _) -> route)
                        .setKeepAliveStrategy((_, _) -> IDLE)
                        .setDefaultRequestConfig(
                                RequestConfig.custom()
                                        .setConnectionRequestTimeout(Timeout.of(limits.patience()))
                                        .setResponseTimeout(Timeout.of(RESPONSE_TIMEOUT))
                                        .build())
                        .setUserAgent("kintsugi")
                        .disableAutomaticRetries()
                        .disableRedirectHandling()
                        .disableCookieManagement()
                        .disableAuthCaching()
                        .build();
        this.keeper = Thread.ofVirtual().name("connections-" + platform).start(() -> keep(pause));
    }

    private static HttpRoute route(Address address) {
        var host = new HttpHost(address.scheme(), address.host(), address.port());
        return new HttpRoute(host, null, address.scheme().equals("https"));
    }

    HttpHost host() {
        return route.getTargetHost();
    }

    CloseableHttpClient http() {
        return http;
    }

    PoolUse use() {
        var stats = pool.getTotalStats();
        return new PoolUse(stats.getLeased(), stats.getAvailable(), stats.getPending());
    }

    private void keep(Pause pause) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    keepWarm();
                } catch (RuntimeException e) {
                    // The pool is closed, or goes on without a stock.
                    LOG.debug("{}: connections are not looked after", platform, e);
                }
                pause.take(BETWEEN_LOOKS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes connections that were idle too long, and opens as many as the least are short of. */
    private void keepWarm() throws InterruptedException {
        pool.closeExpired();
        int missing = limits.min() - pool.getTotalStats().getLeased();
        List<ConnectionEndpoint> held = new ArrayList<>();
        try {
            for (int i = 0; i < missing; i++) {
                held.add(lease());
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            LOG.debug("{}: no connection in stock", platform, e);
        } finally {
            held.forEach(it -> pool.release(it, null, IDLE));
        }
    }

    /** A connection that is open; those in stock are leased first. */
    private ConnectionEndpoint lease()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        ConnectionEndpoint leased =
                pool.lease("warm", route, CONNECT_TIMEOUT, null).get(CONNECT_TIMEOUT);
        try {
            if (!leased.isConnected()) {
                pool.connect(leased, CONNECT_TIMEOUT, HttpClientContext.create());
            }
            return leased;
        } catch (IOException | RuntimeException e) {
            leased.close(CloseMode.IMMEDIATE);
            pool.release(leased, null, null);
            throw e;
        }
    }

    @Override
    public void close() {
        keeper.interrupt();
        http.close(CloseMode.IMMEDIATE);
    }
}
