package dev.kintsugi.healing.call;

import static dev.kintsugi.healing.call.SideBySide.calls;
import static dev.kintsugi.healing.call.SideBySide.ending;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.failsafe.RetryPolicyBuilder;
import dev.kintsugi.healing.call.SideBySide.Failing;
import dev.kintsugi.healing.time.ManualTime;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Edge cases of retries. */
final class RetrySideBySide {

    private RetrySideBySide() {}

    private static IOException broken() {
        return new IOException("Broken pipe");
    }

    static List<SideBySide> all() {
        return List.of(
                new SideBySide(
                        "jitter at the cap",
                        RetrySideBySide::jitterOfKintsugi,
                        RetrySideBySide::jitterOfResilience4j,
                        RetrySideBySide::jitterOfFailsafe),
                retried("a failure that may pass", broken()),
                retried("a request error", new IllegalArgumentException("no such model")),
                retried("an `Error`", new AssertionError("planted")),
                retried("`Retry-After` of an hour", new Busy()),
                new SideBySide(
                        "one attempt",
                        () -> told(retry(1), broken()),
                        () -> told(resilience4j(1), broken()),
                        () -> told(failsafe(1), broken())),
                new SideBySide(
                        "no attempt",
                        () -> ending(() -> Retry.attempts(0)),
                        () -> ending(() -> resilience4j(0)),
                        () -> ending(() -> failsafe(0))),
                new SideBySide(
                        "a negative delay",
                        () -> ending(() -> Retry.attempts(3).backoff(ofMillis(-1), ofSeconds(1))),
                        () -> ending(() -> RetryConfig.custom().waitDuration(ofMillis(-1)).build()),
                        () -> ending(() -> RetryPolicy.builder().withDelay(ofMillis(-1)).build())),
                new SideBySide(
                        "no delay",
                        () -> taken(() -> Retry.attempts(3).backoff(Duration.ZERO, Duration.ZERO)),
                        () -> taken(() -> RetryConfig.custom().waitDuration(Duration.ZERO).build()),
                        () -> taken(() -> RetryPolicy.builder().withDelay(Duration.ZERO).build())),
                new SideBySide(
                        "a predicate that throws",
                        () -> told(retry(3).when(_ -> planted()), broken()),
                        () -> told(RetryConfig.custom().retryOnException(_ -> planted()), broken()),
                        () -> told(RetryPolicy.builder().handleIf(_ -> planted()), broken())),
                new SideBySide(
                        "interrupted in the wait",
                        () -> interrupted(failing -> kintsugi(retry(3), failing)),
                        () -> interrupted(failing -> resilience4j(slow4j(), failing)),
                        () -> interrupted(failing -> failsafe(slowFailsafe(), failing))),
                new SideBySide(
                        "cancelled in the wait",
                        RetrySideBySide::cancelKintsugi,
                        RetrySideBySide::cancelResilience4j,
                        RetrySideBySide::cancelFailsafe),
                new SideBySide(
                        "a retry in a retry",
                        () -> nestedKintsugi("inner", "outer"),
                        () -> nested(failing -> resilience4j(resilience4j(3), failing)),
                        () -> nested(failing -> failsafe(failsafe(3), failing))),
                new SideBySide(
                        "a retry in a retry of the same component",
                        () -> nestedKintsugi("one", "one"),
                        () -> nested(failing -> resilience4j(resilience4j(3), failing)),
                        () -> nested(failing -> failsafe(failsafe(3), failing))),
                new SideBySide(
                        "a result that means failure",
                        () -> results(work -> kintsugi(retry(3), work)),
                        () ->
                                results(work ->
                                        resilience4j(
                                                resilience4j(3).retryOnResult("bad"::equals),
                                                work)),
                        () -> results(work -> failsafe(failsafe(3).handleResult("bad"), work))));
    }

    @FunctionalInterface
    private interface Library {
        Object call(Callable<?> work) throws Exception;
    }

    private static SideBySide retried(String title, Throwable failure) {
        return new SideBySide(
                title,
                () -> told(retry(3), failure),
                () -> told(resilience4j(3), failure),
                () -> told(failsafe(3), failure));
    }

    private static boolean planted() {
        throw new IllegalStateException("planted");
    }

    private static Retry retry(int attempts) {
        return Retry.attempts(attempts).backoff(ofMillis(1), ofMillis(1));
    }

    private static RetryConfig.Builder<Object> resilience4j(int attempts) {
        return RetryConfig.custom().maxAttempts(attempts).waitDuration(ofMillis(1));
    }

    private static RetryPolicyBuilder<Object> failsafe(int attempts) {
        return RetryPolicy.builder().withMaxAttempts(attempts).withDelay(ofMillis(1));
    }

    private static RetryConfig.Builder<Object> slow4j() {
        return RetryConfig.custom().waitDuration(ofSeconds(60));
    }

    private static RetryPolicyBuilder<Object> slowFailsafe() {
        return RetryPolicy.builder().withDelay(ofSeconds(60));
    }

    private static Recovery recovery(String component, Retry retry) {
        var setting = Setting.standard().time(new ManualTime().with(new Random(7)));
        return Recovery.of(component, setting).retry(retry);
    }

    private static Object kintsugi(Retry retry, Callable<?> work) throws Exception {
        return recovery("peer", retry).call(() -> Objects.toString(work.call()));
    }

    private static Object resilience4j(RetryConfig.Builder<Object> config, Callable<?> work)
            throws Exception {
        return io.github.resilience4j.retry.Retry.of("peer", config.build())
                .executeCallable(work::call);
    }

    private static Object failsafe(RetryPolicyBuilder<Object> policy, Callable<?> work) {
        return Failsafe.with(policy.build()).get(work::call);
    }

    private static String told(Retry retry, Throwable failure) {
        return told(work -> kintsugi(retry, work), failure);
    }

    private static String told(RetryConfig.Builder<Object> config, Throwable failure) {
        return told((Library) work -> resilience4j(config, work), failure);
    }

    private static String told(RetryPolicyBuilder<Object> policy, Throwable failure) {
        return told((Library) work -> failsafe(policy, work), failure);
    }

    private static String told(Library library, Throwable failure) {
        var failing = new Failing(failure);
        String ending = ending(() -> library.call(failing::call));
        return calls(failing.calls()) + ", " + ending;
    }

    private static String taken(Callable<?> made) {
        return ending(made).startsWith("throws") ? "refused" : "taken";
    }

    private static String results(Library library) {
        var calls = new AtomicInteger();
        String ending =
                ending(() ->
                        library.call(() -> {
                            calls.incrementAndGet();
                            return "bad";
                        }));
        return calls(calls.get()) + ", " + ending;
    }

    private static String nested(Library library) {
        var failing = new Failing(broken());
        ending(() -> library.call(() -> library.call(failing::call)));
        return calls(failing.calls());
    }

    private static String nestedKintsugi(String within, String around) {
        var failing = new Failing(broken());
        Recovery inner = recovery(within, retry(3));
        Recovery outer = recovery(around, retry(3));
        ending(() -> outer.call(() -> inner.call(failing::call)));
        return calls(failing.calls());
    }

    private static String interrupted(Library library) {
        var calls = new AtomicInteger();
        String ending =
                ending(() ->
                        library.call(() -> {
                            calls.incrementAndGet();
                            Thread.currentThread().interrupt();
                            throw broken();
                        }));
        return "%s, %s, the thread is %s"
                .formatted(
                        calls(calls.get()),
                        ending,
                        Thread.interrupted() ? "interrupted still" : "not interrupted");
    }

    private static String jitterOfKintsugi() {
        var retry = Retry.attempts(10).backoff(ofMillis(1000), ofMillis(2000));
        long most = 0;
        for (int draw = 0; draw < 1_000; draw++) {
            Duration wait = retry.delay(9, draw / 1_000.0, null);
            most = Math.max(most, wait == null ? 0 : wait.toMillis());
        }
        return atMost(most);
    }

    private static String jitterOfResilience4j() {
        var interval = IntervalFunction.ofExponentialRandomBackoff(1000, 2, 0.5, 2000);
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            most = Math.max(most, interval.apply(9));
        }
        return atMost(most);
    }

    private static String jitterOfFailsafe() {
        var most = new AtomicLong();
        var policy =
                RetryPolicy.builder()
                        .withMaxAttempts(200)
                        .withBackoff(Duration.ofNanos(1_000), Duration.ofNanos(2_000))
                        .withJitter(0.5)
                        .onRetryScheduled(
                                e -> most.accumulateAndGet(e.getDelay().toNanos(), Math::max))
                        .build();
        ending(() -> Failsafe.with(policy).get(new Failing(broken())::call));
        return atMost(most.get());
    }

    private static String atMost(long most) {
        return most > 2_000 ? "waits longer than the cap" : "waits no longer than the cap";
    }

    private static String cancelKintsugi() {
        var time = new ManualTime();
        var recovery =
                Recovery.of("peer", Setting.standard().time(time.with(new Random(7))))
                        .retry(Retry.attempts(3));
        var calls = new AtomicInteger();
        CompletableFuture<String> future =
                recovery.callAsync(() -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(broken());
                });
        future.cancel(true);
        time.pass(ofSeconds(60));
        return calls(calls.get());
    }

    private static String cancelResilience4j() throws InterruptedException {
        var again = new CountDownLatch(2);
        try (var scheduler = Executors.newSingleThreadScheduledExecutor()) {
            var retry =
                    io.github.resilience4j.retry.Retry.of(
                            "peer",
                            RetryConfig.custom().maxAttempts(2).waitDuration(ofMillis(20)).build());
            CompletableFuture<Object> future =
                    retry.executeCompletionStage(
                                    scheduler,
                                    () -> {
                                        again.countDown();
                                        return CompletableFuture.failedFuture(broken());
                                    })
                            .toCompletableFuture();
            future.cancel(true);
            return calls(again.await(2, TimeUnit.SECONDS) ? 2 : 1);
        }
    }

    private static String cancelFailsafe() throws InterruptedException {
        var first = new CountDownLatch(1);
        var again = new CountDownLatch(2);
        var policy = RetryPolicy.builder().withDelay(ofMillis(200)).build();
        CompletableFuture<Object> future =
                Failsafe.with(policy)
                        .getAsync(() -> {
                            first.countDown();
                            again.countDown();
                            throw broken();
                        });
        first.await();
        future.cancel(true);
        return calls(again.await(600, TimeUnit.MILLISECONDS) ? 2 : 1);
    }

    /** A reply that asks to come again in an hour. */
    public static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1;

        public int statusCode() {
            return 503;
        }

        public Map<String, List<String>> headers() {
            return Map.of("Retry-After", List.of("3600"));
        }
    }
}
