package dev.kintsugi.server.integration;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CircuitBreaker;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.time.Pause;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second level in Redis. While Redis is away the cache has its first level alone; that is logged
 * once, and once more when it is back. A Redis that does not answer costs a few calls {@link
 * #TIMEOUT} each, until its breaker opens; it is then probed every {@link #PROBED}.
 */
final class RedisLevel implements SharedLevel {

    /** What one answer may take. */
    static final Duration TIMEOUT = Duration.ofMillis(250);

    /** How often it is tried whether Redis is back. */
    static final Duration PROBED = Duration.ofSeconds(2);

    /** Nobody waits for this. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(RedisLevel.class);
    private static final int FAILURES_TO_OPEN = 3;
    private static final int COMMANDS_AT_ONCE = 10_000;
    private static final String PREFIX = "kintsugi:cache:";
    private static final String VALUE = "+";
    private static final String NO_VALUE = "-";

    private final RedisURI address;
    private final ClientResources resources;
    private final RedisClient client;
    private final Recovery recovery;
    private final CircuitBreaker breaker;
    private final Thread connector;
    private final AtomicBoolean away = new AtomicBoolean();
    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    /**
     * @param address such as {@code redis://:password@host:6379/0}
     * @param bare its recovery, without any policy yet
     * @param pause how it waits for Redis to come
     * @throws IllegalArgumentException when it is no such address
     */
    RedisLevel(String address, Recovery bare, Pause pause) {
        this.address = RedisURI.create(address);
        this.address.setTimeout(CONNECT_TIMEOUT);
        this.resources =
                ClientResources.builder()
                        .ioThreadPoolSize(2)
                        .computationThreadPoolSize(2)
                        .reconnectDelay(Delay.constant(PROBED))
                        .build();
        this.client = RedisClient.create(resources, this.address);
        client.setOptions(
                ClientOptions.builder()
                        .autoReconnect(true)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .requestQueueSize(COMMANDS_AT_ONCE)
                        .socketOptions(
                                SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                        .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                        .build());
        this.recovery =
                bare.breaker(
                        Breaker.opensAfter(FAILURES_TO_OPEN).halfOpenAfter(PROBED).closesAfter(1));
        this.breaker = recovery.circuitBreaker().orElseThrow();
        this.connector = Thread.ofVirtual().name("redis-connect").start(() -> connect(pause));
    }

    /** Until it is connected for the first time; from then on the client does it by itself. */
    private void connect(Pause pause) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    var connected = client.connect();
                    connected.setTimeout(TIMEOUT);
                    connection = connected;
                    isBack();
                    return;
                } catch (RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    isAway();
                    LOG.debug("Redis is not reached", e);
                }
                pause.take(PROBED);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the breaker makes of the answers. */
    private void look() {
        switch (breaker.phase()) {
            case OPEN -> isAway();
            case CLOSED -> isBack();
            case HALF_OPEN -> {}
        }
    }

    private void isAway() {
        if (away.compareAndSet(false, true)) {
            LOG.warn(
                    "Redis at {}:{} does not answer or refuses us: the cache has its first level alone",
                    address.getHost(),
                    address.getPort());
        }
    }

    private void isBack() {
        if (away.compareAndSet(true, false)) {
            LOG.info("Redis at {}:{} answers again", address.getHost(), address.getPort());
        }
    }

    @Override
    public @Nullable Kept get(String key) {
        return asked(it -> {
            var commands = it.async();
            var value = commands.get(PREFIX + key);
            var left = commands.pttl(PREFIX + key);
            if (!LettuceFutures.awaitAll(TIMEOUT, value, left)) {
                throw new RedisException("Redis did not answer within " + TIMEOUT);
            }
            String kept = value.toCompletableFuture().getNow(null);
            long millis = left.toCompletableFuture().getNow(0L);
            return kept == null || millis <= 0
                    ? null
                    : new Kept(
                            kept.startsWith(VALUE) ? kept.substring(VALUE.length()) : null,
                            Duration.ofMillis(millis));
        });
    }

    @Override
    public void put(String key, @Nullable String value, Duration time) {
        String kept = value == null ? NO_VALUE : VALUE + value;
        asked(it -> it.sync().set(PREFIX + key, kept, SetArgs.Builder.px(time.toMillis())));
    }

    @Override
    public void remove(String key) {
        asked(it -> it.sync().del(PREFIX + key));
    }

    private interface Question<T> {
        @Nullable T ask(StatefulRedisConnection<String, String> connection);
    }

    /** Null also when Redis does not answer: nothing is said here, the breaker does that. */
    private <T> @Nullable T asked(Question<T> question) {
        StatefulRedisConnection<String, String> connected = connection;
        if (connected == null) {
            return null;
        }
        try {
            return recovery.call(() -> Optional.ofNullable(question.ask(connected))).orElse(null);
        } catch (RuntimeException e) {
            LOG.debug("Redis does not answer", e);
            return null;
        } finally {
            look();
        }
    }

    @Override
    public void close() {
        connector.interrupt();
        client.shutdown(0, 1, TimeUnit.SECONDS);
        resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
