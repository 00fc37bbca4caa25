package dev.kintsugi.server.integration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.time.TimeAndChance;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache of what platforms answered: the last {@value #LEVEL_ONE} in memory, more in Redis, where
 * servers share it. Who asks for something that somebody on this server is loading already waits
 * for that one. That something does not exist is remembered too, for a shorter time. Safe for many
 * threads.
 */
public final class TwoLevelCache implements AutoCloseable {

    /** Entries in memory. */
    public static final int LEVEL_ONE = 1_000;

    /** No longer it is remembered that something does not exist. */
    public static final Duration NEGATIVE = Duration.ofSeconds(30);

    private static final Duration LONGEST = Duration.ofDays(1);

    private final Cache<String, Entry> first;
    private final SharedLevel second;
    private final ConcurrentHashMap<String, CompletableFuture<Optional<String>>> loading =
            new ConcurrentHashMap<>();
    private final Counter firstHits;
    private final Counter firstMisses;
    private final Counter secondHits;
    private final Counter secondMisses;

    /**
     * @param value null when it is known that there is none
     */
    private record Entry(@Nullable String value, Duration time) {}

    /** Gets what the cache does not have. */
    @FunctionalInterface
    public interface Loader {
        /** Empty when there is no such thing. */
        Optional<String> load() throws Exception;
    }

    TwoLevelCache(SharedLevel second, Ticker ticker, MeterRegistry meters) {
        this.second = second;
        this.first =
                Caffeine.newBuilder()
                        .maximumSize(LEVEL_ONE)
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .expireAfter(Expiry.<String, Entry>writing((_, entry) -> entry.time()))
                        .build();
        this.firstHits = requests(meters, "one", "hit");
        this.firstMisses = requests(meters, "one", "miss");
        this.secondHits = requests(meters, "two", "hit");
        this.secondMisses = requests(meters, "two", "miss");
    }

    /**
     * A cache with its second level in Redis, or without one.
     *
     * @param redis its address; blank for none
     * @param recoveries makes the recovery of Redis, without any policy yet
     * @throws IllegalArgumentException when it is not the address of a Redis
     */
    public static TwoLevelCache of(
            String redis, Function<String, Recovery> recoveries, MeterRegistry meters) {
        TimeAndChance real = TimeAndChance.real();
        SharedLevel shared =
                redis.isBlank()
                        ? SharedLevel.NONE
                        : new RedisLevel(redis.strip(), recoveries.apply("redis"), real.pause());
        return new TwoLevelCache(shared, real.ticker()::nanos, meters);
    }

    private static Counter requests(MeterRegistry meters, String level, String result) {
        return meters.counter("kintsugi_cache_requests", "level", level, "result", result);
    }

    /**
     * What is known by a key, got by the loader when it is not in the cache.
     *
     * @param key of all tenants: what is one tenant's own begins with its name
     * @param time how long it may be kept, 1 ms to 1 day
     * @param loader must not ask for the same key
     * @return empty when the loader found nothing
     * @throws Exception what the loader threw, also to those who waited for it; it is not kept
     */
    public Optional<String> get(String key, Duration time, Loader loader) throws Exception {
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("time must be in [1 ms, 1 day], was " + time);
        }
        Entry known = first.getIfPresent(key);
        if (known != null) {
            firstHits.increment();
            return Optional.ofNullable(known.value());
        }
        firstMisses.increment();
        var own = new CompletableFuture<Optional<String>>();
        CompletableFuture<Optional<String>> others = loading.putIfAbsent(key, own);
        return others == null ? load(key, time, loader, own) : waited(others, key, time, loader);
    }

    private Optional<String> load(
            String key, Duration time, Loader loader, CompletableFuture<Optional<String>> own)
            throws Exception {
        try {
            Entry entry = loaded(key, time, loader, own);
            own.complete(Optional.ofNullable(entry.value()));
            return Optional.ofNullable(entry.value());
        } catch (Throwable e) {
            own.completeExceptionally(e);
            throw e;
        } finally {
            loading.remove(key, own);
        }
    }

    private Entry loaded(
            String key, Duration time, Loader loader, CompletableFuture<Optional<String>> own)
            throws Exception {
        Entry meanwhile = first.getIfPresent(key); // by one who ended as this one began
        if (meanwhile != null) {
            return meanwhile;
        }
        SharedLevel.Kept kept = second.get(key);
        if (kept != null) {
            secondHits.increment();
            var shared = new Entry(kept.value(), shorter(kept.left(), time));
            keep(key, shared, own);
            return shared;
        }
        secondMisses.increment();
        String value = loader.load().orElse(null);
        var entry = new Entry(value, value == null ? shorter(NEGATIVE, time) : time);
        if (keep(key, entry, own)) {
            second.put(key, value, entry.time());
            if (loading.get(key) != own) {
                second.remove(key); // it was invalidated before it was there
            }
        }
        return entry;
    }

    /** Not when the key was invalidated while it was loaded: what was got may be old. */
    private boolean keep(String key, Entry entry, CompletableFuture<Optional<String>> own) {
        return loading.computeIfPresent(
                        key,
                        (_, current) -> {
                            if (current == own) {
                                first.put(key, entry);
                            }
                            return current;
                        })
                == own;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Optional<String> waited(
            CompletableFuture<Optional<String>> others, String key, Duration time, Loader loader)
            throws Exception {
        try {
            return others.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException) {
                return get(key, time, loader); // who loaded was interrupted, not who waited
            }
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Forgets a key here and in Redis; other servers have it in memory until its time is up. */
    public void invalidate(String key) {
        loading.remove(key);
        first.invalidate(key);
        second.remove(key);
    }

    @Override
    public void close() {
        second.close();
    }
}
