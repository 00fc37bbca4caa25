package dev.kintsugi.healing.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.RetryBudget;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.time.ManualTime;
import dev.kintsugi.healing.time.TimeAndChance;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecoveryEngineTest {
    private static final Retry TWICE =
            Retry.attempts(2).backoff(Duration.ZERO, Duration.ZERO).budget(RetryBudget.unlimited());

    private final ManualTime manual = new ManualTime();
    private final TimeAndChance time = manual.with(new Random(1));
    private final HealthMonitor monitor =
            HealthMonitor.builder().time(time).maxComponents(10).build();
    private final RecoveryEngine engine =
            new RecoveryEngine(monitor, Setting.standard().time(time));

    @Test
    void triesThreeTimesWhenNothingElseIsRegistered() throws Exception {
        var attempts = new AtomicInteger();

        String answer =
                engine.executeWithRecovery(
                        "openai",
                        "generate",
                        () -> {
                            if (attempts.incrementAndGet() < 3) {
                                throw new SocketTimeoutException("planted");
                            }
                            return "a poem";
                        });

        assertThat(answer).isEqualTo("a poem");
        assertThat(attempts).hasValue(3);
        assertThat(manual.pauses()).hasSize(2);
    }

    @Test
    void throwsWhatTheLastAttemptThrew() {
        assertThatThrownBy(() -> engine.executeWithRecovery("openai", "generate", failing()))
                .isInstanceOf(SocketTimeoutException.class);

        RecoveryResult last = engine.recentRecoveries(1).getFirst();
        assertThat(last.outcome()).isEqualTo(RecoveryResult.Outcome.FAILED);
        assertThat(last.error().operation()).isEqualTo("generate");
        assertThat(last.attempts()).isEqualTo(3);
    }

    @Test
    void refusesToRegisterNoFallbacks() {
        assertThatThrownBy(() -> engine.registerFallback("llm"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fallbacks must be in [1, 10], was 0");
    }

    @Test
    void asksTheRegisteredFallbacks() throws Exception {
        engine.registerRetry("llm", Retry.attempts(1));
        engine.registerFallback(
                "llm",
                Fallback.to("anthropic", failing()),
                Fallback.value("local", "a local poem"));

        Object poem = engine.executeWithRecovery("llm", "generate", failing());

        assertThat(poem).isEqualTo("a local poem");
        assertThat(tally(RecoveryAction.FALLBACK).recovered()).isEqualTo(1);
    }

    @Test
    void sparesAComponentThatKeepsFailing() {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 5);

        assertThatThrownBy(() -> engine.executeWithRecovery("api", "get", failing()))
                .isInstanceOf(CallRejected.class);

        assertThat(engine.circuitBreaker("api").orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(engine.circuitBreakers()).containsOnlyKeys("api");
        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).contained()).isEqualTo(1);
        engine.circuitBreaker("api").orElseThrow().reset();
        failTimes("api", 1);
    }

    @Test
    void countsARecoveryAsVerifiedWhenAProbeShowsTheComponentWellAgain() throws Exception {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 7);
        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).verified()).isZero();

        manual.pass(BreakerConfig.standard().timeout());
        for (int i = 0; i < 10; i++) {
            engine.executeWithRecovery("api", "get", () -> "well");
        }

        assertThat(engine.circuitBreaker("api").orElseThrow().phase())
                .isEqualTo(BreakerPhase.CLOSED);
        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).verified()).isEqualTo(1);
        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).contained()).isEqualTo(2);
        RecoveryResult last = engine.recentRecoveries(1).getFirst();
        assertThat(last.outcome()).isEqualTo(RecoveryResult.Outcome.VERIFIED);
        assertThat(last.error().category()).isEqualTo(FailureCategory.TIMEOUT);
        assertThat(last.duration()).isEqualTo(BreakerConfig.standard().timeout());
    }

    @Test
    void aResetByHandVerifiesNothing() throws Exception {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 5);

        engine.circuitBreaker("api").orElseThrow().reset();
        engine.executeWithRecovery("api", "get", () -> "well");

        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).verified()).isZero();
    }

    @Test
    void tellsThatAComponentIsIllForAsLongAsItsBreakerHoldsCallsBack() throws Exception {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        for (int i = 0; i < 30; i++) {
            engine.executeWithRecovery("api", "get", () -> "well");
        }
        failTimes("api", 5);

        for (int second = 0; second < 1_200; second++) {
            failTimes("api", 1);
            manual.pass(Duration.ofSeconds(1));
            assertThat(health("api")).isGreaterThanOrEqualTo(HealthStatus.UNHEALTHY);
        }
    }

    @Test
    void doesNotTakeCallsThatABreakerHeldBackForRecoveriesThatFailed() {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 500);

        engine.circuitBreaker("api").orElseThrow().reset();

        assertThat(tally(RecoveryAction.CIRCUIT_BREAK).contained()).isEqualTo(495);
        assertThat(monitor.checkComponentHealth("api").orElseThrow().issues()).isEmpty();
    }

    @Test
    void isWellAgainWithAnotherBreaker() {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 5);
        assertThat(health("api")).isEqualTo(HealthStatus.UNHEALTHY);

        engine.registerCircuitBreaker("api", BreakerConfig.standard());

        assertThat(monitor.checkComponentHealth("api").orElseThrow().issues()).isEmpty();
    }

    @Test
    void keepsTheBreakerWhenAFallbackIsRegisteredLater() {
        engine.registerRetry("api", Retry.attempts(1));
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        failTimes("api", 5);

        engine.registerFallback("api", Fallback.value("cache", "stale"));

        assertThat(engine.circuitBreaker("api").orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void countsContainedRecoveredAndFailedApart() throws Exception {
        engine.registerRetry("api", TWICE);
        engine.registerCircuitBreaker("api", BreakerConfig.standard());
        engine.registerRetry("llm", Retry.attempts(1));
        engine.registerFallback("llm", Fallback.value("local", "served"));
        failTimes("api", 7);
        engine.executeWithRecovery("llm", "generate", failing());

        RecoveryStatistics statistics = engine.statistics();

        assertThat(statistics.overall().total()).isEqualTo(8);
        assertThat(statistics.overall().successful()).isEqualTo(1);
        assertThat(statistics.overall().successRate()).isEqualTo(1.0 / 8);
        assertThat(statistics.byAction()).containsOnlyKeys(RecoveryAction.values());
        assertThat(ofComponent("api").contained()).isEqualTo(5);
        assertThat(ofComponent("api").failed()).isEqualTo(2);
        assertThat(ofComponent("llm").recovered()).isEqualTo(1);
    }

    @Test
    void recordsTheHealthOfEveryComponent() throws Exception {
        engine.registerRetry("api", Retry.attempts(1));
        for (int call = 0; call < 75; call++) {
            engine.executeWithRecovery("api", "get", () -> "well");
        }
        failTimes("api", 25);

        var health = monitor.checkComponentHealth("api").orElseThrow();

        assertThat(health.samples()).isEqualTo(100);
        assertThat(health.status()).isEqualTo(HealthStatus.UNHEALTHY);
    }

    /** The primary's failures stay on record however well the fallback serves. */
    @Test
    void doesNotHideFailuresBehindAFallback() throws Exception {
        engine.registerRetry("llm", Retry.attempts(1));
        engine.registerFallback("llm", Fallback.value("local", "served"));
        for (int call = 0; call < 30; call++) {
            engine.executeWithRecovery("llm", "generate", failing());
        }

        var health = monitor.checkComponentHealth("llm").orElseThrow();

        assertThat(health.status()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(health.errorRate()).isEqualTo(1);
    }

    @Test
    void warnsOfAComponentWhoseRecoveriesRarelySucceed() {
        engine.registerRetry("api", TWICE);
        failTimes("api", 101);

        assertThat(monitor.checkComponentHealth("api").orElseThrow().issues())
                .contains("api: only 0 of 101 recoveries succeeded");
    }

    @Test
    void remembersNoMoreThanAThousandRecoveries() {
        engine.registerRetry("api", TWICE);
        failTimes("api", 1_100);

        assertThat(engine.recentRecoveries(RecoveryEngine.HISTORY)).hasSize(1_000);
        assertThat(engine.recentRecoveries(10)).hasSize(10);
        assertThat(engine.statistics().overall().total()).isEqualTo(1_100);
        assertThatThrownBy(() -> engine.recentRecoveries(0))
                .hasMessage("count must be in [1, 1000], was 0");
    }

    @Test
    void losesNoRecoveryOfManyThreads() throws Exception {
        engine.registerRetry("api", TWICE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 50; thread++) {
                threads.submit(() -> failTimes("api", 20));
            }
        }

        assertThat(engine.statistics().overall().failed()).isEqualTo(1_000);
        assertThat(monitor.checkComponentHealth("api").orElseThrow().samples()).isEqualTo(2_000);
    }

    @Test
    void takesAFailureThatNothingWasDoneAboutForNoRecovery() {
        engine.registerRetry("api", Retry.attempts(1));

        failTimes("api", 3);

        assertThat(engine.statistics().overall().total()).isZero();
        assertThat(monitor.checkComponentHealth("api").orElseThrow().samples()).isEqualTo(3);
    }

    @Test
    void makesTheCallWhenTheMonitorIsFull() throws Exception {
        for (int i = 0; i < 10; i++) {
            monitor.register("other_" + i);
        }

        String answer = engine.executeWithRecovery("openai", "generate", () -> "a poem");

        assertThat(answer).isEqualTo("a poem");
        assertThat(monitor.find("openai")).isEmpty();
    }

    @Test
    void recordsToTheHandleThatTheMonitorHasNow() throws Exception {
        engine.executeWithRecovery("api", "get", () -> "well");
        monitor.unregister("api");
        engine.executeWithRecovery("api", "get", () -> "nobody looks");
        monitor.register("api");

        engine.executeWithRecovery("api", "get", () -> "well");

        assertThat(monitor.checkComponentHealth("api").orElseThrow().samples()).isEqualTo(1);
    }

    @Test
    void makesCallsThatDoNotHoldTheirCaller() throws Exception {
        engine.registerRetry("llm", Retry.attempts(1));
        engine.registerFallback("llm", Fallback.value("local", "a local poem"));
        var work = new CompletableFuture<String>();

        CompletableFuture<String> poem =
                engine.executeWithRecoveryAsync("llm", "generate", () -> work);
        assertThat(poem).isNotDone();
        work.completeExceptionally(new SocketTimeoutException("planted"));

        assertThat(poem.get(10, TimeUnit.SECONDS)).isEqualTo("a local poem");
    }

    @Test
    void waitsNoLongerThanAsRegistered() {
        engine.registerRetry(
                "api", Retry.attempts(2).backoff(Duration.ofMillis(5), Duration.ofMillis(10)));

        assertThatThrownBy(() -> engine.executeWithRecovery("api", "get", failing()))
                .isInstanceOf(SocketTimeoutException.class);

        assertThat(manual.pauses()).hasSize(1);
        assertThat(manual.pauses().getFirst()).isLessThanOrEqualTo(Duration.ofMillis(10));
    }

    private RecoveryTally tally(RecoveryAction action) {
        return requireNonNull(engine.statistics().byAction().get(action));
    }

    private RecoveryTally ofComponent(String component) {
        return requireNonNull(engine.statistics().byComponent().get(component));
    }

    private HealthStatus health(String component) {
        return monitor.checkComponentHealth(component).orElseThrow().status();
    }

    private void failTimes(String component, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> engine.executeWithRecovery(component, "get", failing()))
                    .isInstanceOf(Exception.class);
        }
    }

    private static <T> Operation<T, Exception> failing() {
        return () -> {
            throw new SocketTimeoutException("planted");
        };
    }

    @Test
    void callsComponentsBeyondTheLimitAsOne() throws Exception {
        for (int i = 0; i < RecoveryEngine.MAX_COMPONENTS; i++) {
            engine.executeWithRecovery("component " + i, "generate", () -> "a poem");
        }

        for (int i = 0; i < 5; i++) {
            String more = "more " + i;
            assertThatThrownBy(() -> engine.executeWithRecovery(more, "generate", failing()))
                    .isInstanceOf(SocketTimeoutException.class);
        }
        engine.registerCircuitBreaker(
                RecoveryEngine.OTHERS, BreakerConfig.standard().withFailureThreshold(1));
        // The others have spent its retries.
        assertThatThrownBy(() -> engine.executeWithRecovery("one", "generate", failing()))
                .isInstanceOf(SocketTimeoutException.class);

        assertThat(engine.statistics().byComponent()).containsOnlyKeys(RecoveryEngine.OTHERS);
        assertThatThrownBy(() -> engine.executeWithRecovery("another", "generate", () -> "a poem"))
                .isInstanceOf(CallRejected.class);
    }
}
