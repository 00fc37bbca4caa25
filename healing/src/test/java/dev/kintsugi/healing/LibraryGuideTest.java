package dev.kintsugi.healing;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.FailureRate;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Hedge;
import dev.kintsugi.healing.call.LastGood;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.RateLimit;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.RecoveryStrategy;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.degrade.Degradation;
import dev.kintsugi.healing.degrade.Feature;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.rollback.CompensationLog;
import dev.kintsugi.healing.rollback.Journal;
import dev.kintsugi.healing.rollback.Rollback;
import dev.kintsugi.healing.time.TimeAndChance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private record Model(String answer, List<String> tenants, AtomicBoolean signedIn) {
        Model(String answer) {
            this(answer, new ArrayList<>(), new AtomicBoolean());
        }

        void signIn() {
            signedIn.set(true);
        }

        String generateSignedIn() throws IOException {
            if (!signedIn.get()) {
                throw new IOException("401 Unauthorized");
            }
            return answer;
        }

        String generate(String prompt) {
            if (TENANT.get() != null) {
                tenants.add(TENANT.get());
            }
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
    void guardsByRatesAndHedges() {
        var search =
                Recovery.of("search")
                        .breaker(Breaker.opensAt(FailureRate.of(0.5).slowCalls(0.8, ofSeconds(2))))
                        .rateLimit(RateLimit.of(100, ofSeconds(1)))
                        .hedge(Hedge.after(ofMillis(200)))
                        .fallback(LastGood.<String>within(ofHours(1)));
        String found = search.call(() -> openai.generate(prompt));

        assertThat(found).isEqualTo("a poem");
        assertThat(search.describe()).contains("0.5", "slower than PT2S", "rate limit", "hedge");
    }

    record SignInAgain(Model model) implements RecoveryStrategy {
        @Override
        public String name() {
            return "sign_in_again";
        }

        @Override
        public boolean handles(ErrorContext error) {
            return error.disposition().reaction() == Reaction.REAUTHENTICATE;
        }

        @Override
        public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation)
                throws Exception {
            model.signIn();
            return operation.call(); // once
        }
    }

    @Test
    void doesAsItsRulesStrategiesAndListenersSay() throws IOException {
        var rules =
                RuleBook.read(
                        List.of(
                                "id model-is-loading",
                                "match model \\S+ is loading",
                                "category RESOURCE",
                                "class INFRA",
                                "severity LOW",
                                "transient true"));
        var classifier = Classifier.of(RuleBook.standard().with(rules.rules()));
        var letters = new DeadLetters(1_000, TimeAndChance.real().clock());
        HealingListener alerts =
                event -> {
                    if (event instanceof HealingEvent.CallFailed failed
                            && failed.error().disposition().reaction() == Reaction.ALERT_AND_STOP) {
                        pager.page(failed.error().failure().message());
                    }
                };
        var setting =
                Setting.standard()
                        .detector(new ErrorDetector(classifier, TimeAndChance.real().chance()))
                        .strategies(List.of(new SignInAgain(openai)))
                        .listeners(List.of(letters, alerts));
        var recovery = Recovery.of("openai_adapter", setting);

        assertThat(classifier.classify(new Evidence.Thrown(new IOException("model x is loading"))))
                .extracting(Failure::rule)
                .isEqualTo("model-is-loading");
        assertThat(recovery.call(openai::generateSignedIn)).isEqualTo("a poem");
        assertThatThrownBy(() -> recovery.call(() -> openai.generate("")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(letters.letters()).hasSize(1);
        assertThatThrownBy(() ->
                        recovery.call(() -> {
                            throw new IOException("403 Forbidden");
                        }))
                .isInstanceOf(IOException.class);
        assertThat(pages).hasSize(1);
    }

    @Test
    void takesAlongWhatAThreadHolds() {
        var recovery = Recovery.of("openai_adapter");
        TENANT.set("museum");
        String tenant = TENANT.get();
        CompletableFuture<String> poem =
                recovery.start(() -> {
                    TENANT.set(tenant);
                    return openai.generate(prompt);
                });

        assertThat(poem.join()).isEqualTo("a poem");
        assertThat(openai.tenants).containsExactly("museum");
        TENANT.remove();
    }

    @Test
    void switchesFeaturesOff() {
        var monitor = HealthMonitor.standard();
        HealingListener alerts = event -> pager.page(event.toString());
        monitor.registerHealthCheck(
                "database", () -> new HealthCheck.Answer(HealthStatus.CRITICAL, "down"));
        monitor.registerCritical("database");
        var shop =
                new Degradation(
                        "shop",
                        List.of(
                                new Feature("recommendations", DegradationLevel.FULL),
                                new Feature("checkout", DegradationLevel.ESSENTIAL)),
                        alerts);
        shop.assess(
                monitor.checkAll().stream()
                        .filter(HealthCheckResult::critical)
                        .filter(it -> it.status().compareTo(HealthStatus.UNHEALTHY) >= 0)
                        .map(HealthCheckResult::component)
                        .toList()); // after each check
        boolean recommends = shop.isOn("recommendations");

        assertThat(recommends).isFalse();
        assertThat(shop.isOn("checkout")).isTrue();
        assertThat(pages).hasSize(1);
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

        assertThat(shown).hasSize(9);
        assertThat(shown).allSatisfy(block -> assertThat(here).contains(squeezed(block.group(1))));
    }

    /** However it is broken into lines. */
    private static String squeezed(String code) {
        return code.lines().map(String::strip).collect(joining()).replace(" ", "");
    }
}
