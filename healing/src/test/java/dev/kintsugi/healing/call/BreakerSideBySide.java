package dev.kintsugi.healing.call;

import static dev.kintsugi.healing.call.SideBySide.ending;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.call.SideBySide.Failing;
import dev.kintsugi.healing.time.ManualTime;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Edge cases of circuit breakers. */
final class BreakerSideBySide {

    private BreakerSideBySide() {}

    private static IOException broken() {
        return new IOException("Broken pipe");
    }

    static List<SideBySide> all() {
        return List.of(
                new SideBySide(
                        "a retry of an open breaker",
                        BreakerSideBySide::openKintsugi,
                        BreakerSideBySide::openResilience4j,
                        BreakerSideBySide::openFailsafe),
                new SideBySide(
                        "the clock an hour back while open",
                        BreakerSideBySide::clockOfKintsugi,
                        BreakerSideBySide::clockOfResilience4j,
                        BreakerSideBySide::clockOfFailsafe),
                new SideBySide(
                        "a threshold or window of zero",
                        () -> ending(() -> Breaker.opensAfter(0)),
                        () -> ending(() -> config().slidingWindowSize(0).build()),
                        () ->
                                ending(() ->
                                        dev.failsafe.CircuitBreaker.builder()
                                                .withFailureThreshold(0)
                                                .build())),
                new SideBySide(
                        "a request error at a breaker",
                        BreakerSideBySide::requestErrorOfKintsugi,
                        BreakerSideBySide::requestErrorOfResilience4j,
                        BreakerSideBySide::requestErrorOfFailsafe),
                new SideBySide(
                        "probes at a time, by default",
                        BreakerSideBySide::probesOfKintsugi,
                        BreakerSideBySide::probesOfResilience4j,
                        BreakerSideBySide::probesOfFailsafe),
                new SideBySide(
                        "a probe that never returns",
                        BreakerSideBySide::lostProbeOfKintsugi,
                        BreakerSideBySide::lostProbeOfResilience4j,
                        BreakerSideBySide::lostProbeOfFailsafe),
                new SideBySide(
                        "a probe that fails after a reset",
                        BreakerSideBySide::lateProbeOfKintsugi,
                        BreakerSideBySide::lateProbeOfResilience4j,
                        BreakerSideBySide::lateProbeOfFailsafe));
    }

    private static CircuitBreakerConfig.Builder config() {
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(1)
                .minimumNumberOfCalls(1)
                .waitDurationInOpenState(ofSeconds(60));
    }

    private static io.github.resilience4j.circuitbreaker.CircuitBreaker breaker4j() {
        return io.github.resilience4j.circuitbreaker.CircuitBreaker.of("peer", config().build());
    }

    private static dev.failsafe.CircuitBreaker<Object> breakerOfFailsafe() {
        return dev.failsafe.CircuitBreaker.builder().withDelay(ofSeconds(60)).build();
    }

    private static Recovery recovery(ManualTime time) {
        return Recovery.of("peer", Setting.standard().time(time.with(new Random(7))))
                .breaker(Breaker.opensAfter(1));
    }

    private static CircuitBreaker breaker(Recovery recovery) {
        return recovery.circuitBreaker().orElseThrow();
    }

    private static String asked(long times) {
        return "asks it " + (times == 1 ? "once" : times + " times");
    }

    private static String openKintsugi() {
        Recovery recovery = recovery(new ManualTime()).retry(Retry.attempts(3));
        breaker(recovery).isolate();
        String ending = ending(() -> recovery.call(() -> "value"));
        long rejected =
                recovery.statistics().rejections().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        return asked(rejected) + ", " + ending;
    }

    private static String openResilience4j() {
        var breaker = breaker4j();
        breaker.transitionToOpenState();
        var retry =
                io.github.resilience4j.retry.Retry.of(
                        "peer",
                        RetryConfig.custom().maxAttempts(3).waitDuration(ofMillis(1)).build());
        String ending =
                ending(() -> retry.executeCallable(() -> breaker.executeCallable(() -> "value")));
        return asked(breaker.getMetrics().getNumberOfNotPermittedCalls()) + ", " + ending;
    }

    private static String openFailsafe() {
        var breaker = breakerOfFailsafe();
        breaker.open();
        var failed = new AtomicInteger();
        var retry =
                RetryPolicy.builder()
                        .withMaxAttempts(3)
                        .onFailedAttempt(_ -> failed.incrementAndGet())
                        .build();
        String ending = ending(() -> Failsafe.with(retry, breaker).get(() -> "value"));
        return asked(failed.get()) + ", " + ending;
    }

    private static String probe(boolean permitted) {
        return permitted ? "lets a probe through in time" : "lets no probe through in time";
    }

    private static String clockOfKintsugi() {
        var time = new ManualTime();
        Recovery recovery = recovery(time);
        ending(() -> recovery.call(new Failing(broken())::call));
        time.moveClock(ofHours(-1));
        time.pass(ofSeconds(60));
        return probe(breaker(recovery).permit() != CircuitBreaker.REFUSED);
    }

    private static String clockOfResilience4j() {
        var clock = new SetClock();
        var breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                        "peer", config().clock(clock).build());
        breaker.transitionToOpenState();
        clock.now = clock.now.minus(ofHours(1)).plus(ofSeconds(60));
        return probe(breaker.tryAcquirePermission());
    }

    /** It cannot be given a clock: it asks {@code System.nanoTime}. */
    private static String clockOfFailsafe() {
        var breaker = dev.failsafe.CircuitBreaker.builder().withDelay(ofMillis(1)).build();
        breaker.open();
        while (!breaker.getRemainingDelay().isZero()) {
            Thread.onSpinWait();
        }
        return probe(breaker.tryAcquirePermit());
    }

    private static String counted(boolean closed) {
        return closed ? "is not counted" : "is counted";
    }

    private static String requestErrorOfKintsugi() {
        Recovery recovery = recovery(new ManualTime());
        ending(() -> recovery.call(new Failing(new IllegalArgumentException("id"))::call));
        return counted(breaker(recovery).phase() == BreakerPhase.CLOSED);
    }

    private static String requestErrorOfResilience4j() {
        var breaker = breaker4j();
        ending(() ->
                breaker.executeCallable(new Failing(new IllegalArgumentException("id"))::call));
        return counted(
                breaker.getState()
                        == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED);
    }

    private static String requestErrorOfFailsafe() {
        var breaker = breakerOfFailsafe();
        ending(() ->
                Failsafe.with(breaker).get(new Failing(new IllegalArgumentException("id"))::call));
        return counted(breaker.isClosed());
    }

    private static String probesOfKintsugi() {
        var time = new ManualTime();
        Recovery recovery = recovery(time);
        ending(() -> recovery.call(new Failing(broken())::call));
        time.pass(ofSeconds(60));
        int probes = 0;
        while (probes < 100 && breaker(recovery).permit() != CircuitBreaker.REFUSED) {
            probes++;
        }
        return Integer.toString(probes);
    }

    private static String probesOfResilience4j() {
        var breaker = breaker4j();
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        int probes = 0;
        while (probes < 100 && breaker.tryAcquirePermission()) {
            probes++;
        }
        return Integer.toString(probes);
    }

    private static String probesOfFailsafe() {
        var breaker = breakerOfFailsafe();
        breaker.halfOpen();
        int probes = 0;
        while (probes < 100 && breaker.tryAcquirePermit()) {
            probes++;
        }
        return Integer.toString(probes);
    }

    private static String lost(boolean permitted) {
        return permitted ? "its place is free again" : "its place is never free again";
    }

    private static String lostProbeOfKintsugi() {
        var time = new ManualTime();
        Recovery recovery = recovery(time);
        ending(() -> recovery.call(new Failing(broken())::call));
        time.pass(ofSeconds(60));
        breaker(recovery).permit();
        time.pass(ofDays(1));
        return lost(breaker(recovery).permit() != CircuitBreaker.REFUSED);
    }

    private static String lostProbeOfResilience4j() {
        var clock = new SetClock();
        var config = config().permittedNumberOfCallsInHalfOpenState(1).clock(clock).build();
        var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("peer", config);
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        breaker.tryAcquirePermission();
        clock.now = clock.now.plus(ofDays(1));
        return lost(breaker.tryAcquirePermission());
    }

    /** No time is asked in half-open: what holds now holds in a day. */
    private static String lostProbeOfFailsafe() {
        var breaker = breakerOfFailsafe();
        breaker.halfOpen();
        breaker.tryAcquirePermit();
        return lost(breaker.tryAcquirePermit());
    }

    private static String late(boolean closed) {
        return closed ? "changes nothing" : "opens the breaker";
    }

    private static String lateProbeOfKintsugi() {
        var time = new ManualTime();
        Recovery recovery = recovery(time);
        ending(() -> recovery.call(new Failing(broken())::call));
        time.pass(ofSeconds(60));
        long probe = breaker(recovery).permit();
        breaker(recovery).reset();
        breaker(recovery).failed(probe, -1);
        return late(breaker(recovery).phase() == BreakerPhase.CLOSED);
    }

    private static String lateProbeOfResilience4j() {
        var breaker = breaker4j();
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        breaker.tryAcquirePermission();
        breaker.reset();
        breaker.onError(0, TimeUnit.NANOSECONDS, broken());
        return late(
                breaker.getState()
                        == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED);
    }

    private static String lateProbeOfFailsafe() {
        var breaker = breakerOfFailsafe();
        breaker.halfOpen();
        breaker.tryAcquirePermit();
        breaker.close();
        breaker.recordFailure();
        return late(breaker.isClosed());
    }

    private static final class SetClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
