package dev.kintsugi.healing;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.rollback.CompensationLog;
import dev.kintsugi.healing.rollback.Journal;
import dev.kintsugi.healing.rollback.Rollback;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/library.md} shows; the last test compares the two. */
class LibraryGuideTest {
    private final Model openai = new Model("a poem");
    private final Model anthropic = new Model("another poem");
    private final Seats seats = new Seats();
    private final Airline airline = new Airline();
    private final List<String> pages = new ArrayList<>();
    private final Pager pager = pages::add;
    private final String prompt = "a poem, please";

    private record Model(String answer) {
        String generate(String prompt) {
            if (prompt.isEmpty()) {
                throw new IllegalArgumentException("prompt must not be empty");
            }
            return answer;
        }

        CompletableFuture<String> generateAsync(String prompt) {
            return CompletableFuture.supplyAsync(() -> generate(prompt));
        }
    }

    private static final class Seats {
        final List<String> taken = new ArrayList<>();

        void take(String seat) {
            taken.add(seat);
        }

        void release(String seat) {
            taken.remove(seat);
        }
    }

    private static final class Airline {
        String pay(String seat) {
            throw new IllegalStateException("the card was refused for " + seat);
        }
    }

    private interface Pager {
        void page(String message);
    }

    @Test
    void guardsOneCall() {
        var recovery =
                Recovery.of("openai_adapter")
                        .retry(Retry.attempts(3).backoff(ofSeconds(1), ofSeconds(60)))
                        .breaker(Breaker.opensAfter(5).halfOpenAfter(ofSeconds(60)).closesAfter(2))
                        .bulkhead(Bulkhead.atMost(20))
                        .timeout(ofSeconds(30))
                        .deadline(ofMinutes(2))
                        .fallback(
                                Fallback.to("anthropic", () -> anthropic.generate(prompt)),
                                Fallback.value("apology", "Please come back later."));
        String poem = recovery.call(() -> openai.generate(prompt));

        assertThat(poem).isEqualTo("a poem");
        assertThat(
                        Pattern.compile(
                                        "fallback|deadline|retry|breaker|bulkhead|timeout|operation")
                                .matcher(recovery.describe())
                                .results()
                                .map(found -> found.group())
                                .distinct())
                .containsExactly(
                        "fallback",
                        "deadline",
                        "retry",
                        "breaker",
                        "bulkhead",
                        "timeout",
                        "operation");
    }

    @Test
    void holdsNoThread() {
        var recovery = Recovery.of("openai_adapter");

        CompletableFuture<String> poem = recovery.callAsync(() -> openai.generateAsync(prompt));

        assertThat(poem.join()).isEqualTo("a poem");
    }

    @Test
    void takesBack(@TempDir Path folder) {
        var journal = folder.resolve("journal");

        assertThatThrownBy(
                        () -> {
                            var rollback =
                                    Rollback.with(
                                            Journal.file(journal),
                                            Map.of("release-seat", seats::release));
                            rollback.recover(); // what a crash left
                            CompensationLog trip = rollback.begin("trip-77");
                            Recovery.of("airline")
                                    .rollback(trip)
                                    .call(() -> {
                                        trip.record("release-seat", "12A");
                                        seats.take("12A");
                                        return airline.pay("12A");
                                    });
                        })
                .hasMessageContaining("the card was refused");

        assertThat(seats.taken).isEmpty();
    }

    @Test
    void keepsManyComponents() {
        var monitor = HealthMonitor.standard();
        var engine = new RecoveryEngine(monitor, Setting.standard());
        engine.registerCircuitBreaker("openai_adapter", BreakerConfig.standard());
        engine.registerFallback(
                "openai_adapter", Fallback.value("apology", "Please come back later."));
        monitor.registerAlertCallback(health -> pager.page(health.message()));
        monitor.startMonitoring(); // every 30 s

        String poem =
                engine.executeWithRecovery(
                        "openai_adapter", "generate", () -> openai.generate(prompt));

        monitor.stopMonitoring();
        assertThat(poem).isEqualTo("a poem");
        assertThat(pages).isEmpty();
    }

    @Test
    void isWhatTheGuideShows() throws Exception {
        var guide = Files.readString(Path.of("../docs/library.md"));
        var shown =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(guide)
                        .results()
                        .toList();
        var here =
                squeezed(
                        Files.readString(
                                Path.of(
                                        "src/test/java/dev/kintsugi/healing/LibraryGuideTest.java")));

        assertThat(shown).hasSize(4);
        assertThat(shown).allSatisfy(block -> assertThat(here).contains(squeezed(block.group(1))));
    }

    /** However it is broken into lines. */
    private static String squeezed(String code) {
        return code.lines().map(String::strip).collect(joining()).replace(" ", "");
    }
}
