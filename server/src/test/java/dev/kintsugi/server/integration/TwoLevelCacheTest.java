package dev.kintsugi.server.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TwoLevelCacheTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger loads = new AtomicInteger();
    private final MemoryLevel shared = new MemoryLevel();
    private final TwoLevelCache cache = new TwoLevelCache(shared, nanos::get, meters);

    private static final class MemoryLevel implements SharedLevel {
        final Map<String, Kept> kept = new ConcurrentHashMap<>();
        Runnable beforePut = () -> {};

        @Override
        public @Nullable Kept get(String key) {
            return kept.get(key);
        }

        @Override
        public void put(String key, @Nullable String value, Duration time) {
            beforePut.run();
            kept.put(key, new Kept(value, time));
        }

        @Override
        public void remove(String key) {
            kept.remove(key);
        }

        @Override
        public void close() {}
    }

    @Test
    void loadsOnceUntilTheTimeIsUp() throws Exception {
        assertThat(cache.get("a", MINUTE, this::load)).contains("1");
        assertThat(cache.get("a", MINUTE, this::load)).contains("1");

        shared.kept.clear();
        nanos.addAndGet(MINUTE.toNanos());

        assertThat(cache.get("a", MINUTE, this::load)).contains("2");
    }

    @Test
    void takesFromTheSharedLevelWhatAnotherServerLoaded() throws Exception {
        shared.put("a", "theirs", Duration.ofSeconds(10));

        assertThat(cache.get("a", MINUTE, this::load)).contains("theirs");
        shared.kept.clear();
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(cache.get("a", MINUTE, this::load)).contains("theirs");
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(cache.get("a", MINUTE, this::load)).contains("1");
    }

    @Test
    void remembersForAWhileThatThereIsNothing() throws Exception {
        assertThat(cache.get("a", MINUTE, this::nothing)).isEmpty();
        assertThat(cache.get("a", MINUTE, this::nothing)).isEmpty();
        assertThat(loads).hasValue(1);
        assertThat(shared.kept.get("a"))
                .isEqualTo(new SharedLevel.Kept(null, TwoLevelCache.NEGATIVE));

        nanos.addAndGet(TwoLevelCache.NEGATIVE.toNanos());
        assertThat(cache.get("a", MINUTE, this::load)).isEmpty(); // the shared level still knows
        shared.kept.clear();
        nanos.addAndGet(TwoLevelCache.NEGATIVE.toNanos());

        assertThat(cache.get("a", MINUTE, this::load)).contains("2");
    }

    @Test
    void hasOneLoaderForAKeyHoweverManyAsk() throws Exception {
        var loading = new CountDownLatch(1);
        var answers = new ArrayList<Future<Optional<String>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                answers.add(
                        threads.submit(() ->
                                cache.get(
                                        "a",
                                        MINUTE,
                                        () -> {
                                            loading.await();
                                            return load();
                                        })));
            }
            await().until(() -> requests("one", "miss") == 100);
            loading.countDown();

            for (var answer : answers) {
                assertThat(answer.get()).contains("1");
            }
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void keepsNoFailures() throws Exception {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() ->
                        cache.get(
                                "a",
                                MINUTE,
                                () -> {
                                    throw new IOException("github is away");
                                }));

        assertThat(cache.get("a", MINUTE, this::load)).contains("1");
    }

    @Test
    void countsHitsAndMissesOfEachLevel() throws Exception {
        shared.put("b", "theirs", MINUTE);
        cache.get("a", MINUTE, this::load);
        cache.get("a", MINUTE, this::load);
        cache.get("b", MINUTE, this::load);

        assertThat(requests("one", "hit")).isEqualTo(1);
        assertThat(requests("one", "miss")).isEqualTo(2);
        assertThat(requests("two", "hit")).isEqualTo(1);
        assertThat(requests("two", "miss")).isEqualTo(1);
    }

    @Test
    void keepsAThousandEntriesInMemory() throws Exception {
        for (int i = 0; i < 3 * TwoLevelCache.LEVEL_ONE; i++) {
            cache.get("key" + i, MINUTE, this::load);
        }
        shared.kept.clear();
        loads.set(0);
        for (int i = 0; i < 3 * TwoLevelCache.LEVEL_ONE; i++) {
            cache.get("key" + i, MINUTE, this::load);
        }

        assertThat(loads.get()).isBetween(2 * TwoLevelCache.LEVEL_ONE, 3 * TwoLevelCache.LEVEL_ONE);
    }

    @Test
    void forgetsInBothLevels() throws Exception {
        cache.get("a", MINUTE, this::load);

        cache.invalidate("a");

        assertThat(shared.kept).isEmpty();
        assertThat(cache.get("a", MINUTE, this::load)).contains("2");
    }

    @Test
    void doesNotKeepWhatWasInvalidatedWhileItWasLoaded() throws Exception {
        String old =
                cache.get(
                                "a",
                                MINUTE,
                                () -> {
                                    cache.invalidate("a");
                                    return load();
                                })
                        .orElseThrow();

        assertThat(old).isEqualTo("1");
        assertThat(shared.kept).isEmpty();
        assertThat(cache.get("a", MINUTE, this::load)).contains("2");
    }

    @Test
    void doesNotShareWhatWasInvalidatedOnItsWayToOthers() throws Exception {
        shared.beforePut = () -> cache.invalidate("a");

        assertThat(cache.get("a", MINUTE, this::load)).contains("1");

        assertThat(shared.kept).isEmpty();
    }

    @Test
    void loadsItselfWhereWhoLoadedWasInterrupted() throws Exception {
        var loading = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> interrupted =
                    threads.submit(() ->
                            cache.get(
                                    "a",
                                    MINUTE,
                                    () -> {
                                        loading.countDown();
                                        new CountDownLatch(1).await();
                                        return load();
                                    }));
            loading.await();
            Future<Optional<String>> waiting =
                    threads.submit(() -> cache.get("a", MINUTE, this::load));
            await().until(() -> requests("one", "miss") == 2);

            interrupted.cancel(true);

            assertThat(waiting.get()).contains("1");
        }
    }

    @Test
    void refusesTimesThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cache.get("a", Duration.ZERO, this::load))
                .withMessage("time must be in [1 ms, 1 day], was PT0S");
    }

    private Optional<String> load() {
        return Optional.of(String.valueOf(loads.incrementAndGet()));
    }

    private Optional<String> nothing() {
        loads.incrementAndGet();
        return Optional.empty();
    }

    private double requests(String level, String result) {
        return meters.get("kintsugi_cache_requests")
                .tags("level", level, "result", result)
                .counter()
                .count();
    }
}
