package dev.kintsugi.healing.call;

import static dev.kintsugi.healing.call.SideBySide.ending;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.call.SideBySide.Failing;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.core.CallableUtils;
import io.github.resilience4j.core.CheckedSupplierUtils;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Edge cases of fallbacks, bulkheads, timeouts, listeners and plain calls. */
final class OtherSideBySide {

    private OtherSideBySide() {}

    static List<SideBySide> all() {
        return List.of(
                fallback("a fallback for an `Error`", new AssertionError("planted")),
                supplierFallback(),
                fallback("a fallback for a request error", new IllegalArgumentException("id")),
                new SideBySide(
                        "a checked exception",
                        () -> ending(() -> plain().call(new Failing(new IOException("?"))::call)),
                        () ->
                                ending(() ->
                                        retry4j()
                                                .executeCallable(
                                                        new Failing(new IOException("?"))::call)),
                        () ->
                                ending(() ->
                                        Failsafe.with(once())
                                                .get(new Failing(new IOException("?"))::call))),
                new SideBySide(
                        "a null result",
                        () -> ending(() -> plain().call(OtherSideBySide::nothing)),
                        () -> ending(() -> retry4j().executeCallable(() -> null)),
                        () -> ending(() -> Failsafe.with(once()).get(() -> null))),
                new SideBySide(
                        "a full bulkhead",
                        OtherSideBySide::fullKintsugi,
                        OtherSideBySide::fullResilience4j,
                        OtherSideBySide::fullFailsafe),
                new SideBySide(
                        "a retry of a full bulkhead",
                        OtherSideBySide::repeatedKintsugi,
                        OtherSideBySide::repeatedResilience4j,
                        OtherSideBySide::repeatedFailsafe),
                new SideBySide(
                        "a timeout in a longer one",
                        () -> ending(OtherSideBySide::timeoutKintsugi),
                        () -> ending(OtherSideBySide::timeoutResilience4j),
                        () -> ending(OtherSideBySide::timeoutFailsafe)),
                new SideBySide(
                        "a listener that throws",
                        () -> ending(OtherSideBySide::listenerOfKintsugi),
                        () -> ending(OtherSideBySide::listenerOfResilience4j),
                        () -> ending(OtherSideBySide::listenerOfFailsafe)));
    }

    /** As operations written without null annotations do. */
    @SuppressWarnings("NullAway")
    private static Object nothing() {
        return null;
    }

    private static Recovery plain() {
        return Recovery.of("peer");
    }

    private static io.github.resilience4j.retry.Retry retry4j() {
        return io.github.resilience4j.retry.Retry.of(
                "peer", RetryConfig.custom().maxAttempts(1).build());
    }

    private static RetryPolicy<Object> once() {
        return RetryPolicy.builder().withMaxAttempts(1).build();
    }

    private static SideBySide fallback(String title, Throwable failure) {
        return new SideBySide(
                title,
                () ->
                        ending(() ->
                                plain().fallback(Fallback.value("other", "other"))
                                        .call(new Failing(failure)::call)),
                () ->
                        ending(
                                CallableUtils.recover(
                                        (Callable<String>) new Failing(failure)::call,
                                        (Throwable _) -> "other")),
                () ->
                        ending(() ->
                                Failsafe.with(dev.failsafe.Fallback.of("other"))
                                        .get(new Failing(failure)::call)));
    }

    /** As {@code Decorators.ofCheckedSupplier(…).withFallback(…)} does it. */
    private static SideBySide supplierFallback() {
        var failure = new AssertionError("planted");
        SideBySide ofCallable = fallback("a supplier's fallback for an `Error`", failure);
        return new SideBySide(
                ofCallable.title(),
                ofCallable.kintsugi(),
                () ->
                        ending(() ->
                                CheckedSupplierUtils.recover(
                                                new Failing(failure)::call,
                                                (Throwable _) -> "other")
                                        .unchecked()
                                        .get()),
                ofCallable.failsafe());
    }

    private static String fullKintsugi() {
        var recovery = plain().bulkhead(Bulkhead.atMost(1));
        return ending(() -> recovery.call(() -> recovery.call(() -> "inner")));
    }

    private static String fullResilience4j() {
        var bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of(
                        "peer", BulkheadConfig.custom().maxConcurrentCalls(1).build());
        return ending(
                () -> bulkhead.executeCallable(() -> bulkhead.executeCallable(() -> "inner")));
    }

    private static String fullFailsafe() {
        var bulkhead = Failsafe.with(dev.failsafe.Bulkhead.of(1));
        return ending(() -> bulkhead.get(() -> bulkhead.get(() -> "inner")));
    }

    private static String repeatedKintsugi() {
        var recovery =
                plain().retry(Retry.attempts(3).backoff(ofMillis(1), ofMillis(1)))
                        .bulkhead(Bulkhead.atMost(1));
        String ending = recovery.call(() -> ending(() -> recovery.call(() -> "inner")));
        return asked(recovery.statistics().rejections().getOrDefault(Rejection.BULKHEAD_FULL, 0L))
                + ending;
    }

    private static String repeatedResilience4j() throws Exception {
        var bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of(
                        "peer", BulkheadConfig.custom().maxConcurrentCalls(1).build());
        var rejected = new AtomicLong();
        bulkhead.getEventPublisher().onCallRejected(_ -> rejected.incrementAndGet());
        var retry =
                io.github.resilience4j.retry.Retry.of(
                        "peer",
                        RetryConfig.custom().maxAttempts(3).waitDuration(ofMillis(1)).build());
        String ending =
                bulkhead.executeCallable(() ->
                        ending(() ->
                                retry.executeCallable(
                                        () -> bulkhead.executeCallable(() -> "inner"))));
        return asked(rejected.get()) + ending;
    }

    private static String repeatedFailsafe() {
        var bulkhead = dev.failsafe.Bulkhead.<String>of(1);
        var rejected = new AtomicLong();
        var retry =
                RetryPolicy.<String>builder()
                        .withMaxAttempts(3)
                        .onFailedAttempt(_ -> rejected.incrementAndGet())
                        .build();
        String ending =
                Failsafe.with(bulkhead)
                        .get(() -> ending(() -> Failsafe.with(retry, bulkhead).get(() -> "inner")));
        return asked(rejected.get()) + ending;
    }

    private static String asked(long times) {
        return "asks it %d times, ".formatted(times);
    }

    private static String never() throws InterruptedException {
        new CountDownLatch(1).await();
        return "?";
    }

    private static String timeoutKintsugi() throws Exception {
        Recovery recovery = plain().timeout(ofMillis(20)).deadline(ofSeconds(60));
        return recovery.call(OtherSideBySide::never);
    }

    private static Object timeoutResilience4j() throws Exception {
        TimeLimiter inner = TimeLimiter.of(ofMillis(20));
        TimeLimiter outer = TimeLimiter.of(Duration.ofSeconds(60));
        return outer.executeFutureSupplier(() ->
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return inner.executeFutureSupplier(CompletableFuture::new);
                    } catch (Exception e) {
                        throw Recovery.<RuntimeException>thrown(e);
                    }
                }));
    }

    private static Object timeoutFailsafe() {
        Timeout<Object> inner = Timeout.builder(ofMillis(20)).withInterrupt().build();
        Timeout<Object> outer = Timeout.builder(ofSeconds(60)).withInterrupt().build();
        return Failsafe.with(outer, inner).get(OtherSideBySide::never);
    }

    private static String listenerOfKintsugi() throws Exception {
        HealingListener throwing =
                _ -> {
                    throw new IllegalStateException("planted");
                };
        return Recovery.of("peer", Setting.standard().listener(throwing))
                .retry(Retry.attempts(3).backoff(ofMillis(1), ofMillis(1)))
                .call(new Flaky(new IOException("Broken pipe")));
    }

    private static Object listenerOfResilience4j() throws Exception {
        var retry =
                io.github.resilience4j.retry.Retry.of(
                        "peer", RetryConfig.custom().waitDuration(ofMillis(1)).build());
        retry.getEventPublisher()
                .onRetry(_ -> {
                    throw new IllegalStateException("planted");
                });
        return retry.executeCallable(new Flaky(new IOException("Broken pipe"))::call);
    }

    private static Object listenerOfFailsafe() {
        var retry =
                RetryPolicy.builder()
                        .withDelay(ofMillis(1))
                        .onRetry(_ -> {
                            throw new IllegalStateException("planted");
                        })
                        .build();
        return Failsafe.with(retry).get(new Flaky(new IOException("Broken pipe"))::call);
    }
}
