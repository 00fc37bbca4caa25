package dev.kintsugi.client.healing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.kintsugi.client.healing.Outcomes.EndedRecovery;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.detect.ErrorDetector;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutcomeCollectorTest {
    private final OutcomeCollector collector = new OutcomeCollector("web-1", new Random(1));

    @Test
    void gathersSuccessesAndTheirMeanTime() {
        collector.onSuccess("api", Duration.ofMillis(10).toNanos());
        collector.onSuccess("api", Duration.ofMillis(30).toNanos());
        collector.onSuccess("api", -1);

        Outcomes outcomes = drained("api");

        assertThat(outcomes.successes()).isEqualTo(3);
        assertThat(outcomes.responseTimeMs()).isEqualTo(20);
        assertThat(outcomes.node()).isEqualTo("web-1");
    }

    @Test
    void gathersWhatTheLibraryTells() throws Exception {
        var calls = new AtomicInteger();
        var recovery =
                Recovery.of("api", Setting.standard().listener(collector))
                        .retry(
                                Retry.attempts(3)
                                        .backoff(Duration.ofMillis(1), Duration.ofMillis(1)));

        recovery.call(() -> {
            if (calls.incrementAndGet() < 3) {
                throw new SocketTimeoutException("planted");
            }
            return "well";
        });

        Outcomes outcomes = drained("api");
        assertThat(outcomes.successes()).isEqualTo(1);
        assertThat(outcomes.failures())
                .singleElement()
                .satisfies(it -> assertThat(it.count()).isEqualTo(2))
                .satisfies(it -> assertThat(it.category()).isEqualTo(FailureCategory.TIMEOUT));
        assertThat(outcomes.recoveries())
                .singleElement()
                .satisfies(it -> assertThat(it.action()).isEqualTo(RecoveryAction.RETRY_BACKOFF))
                .satisfies(it -> assertThat(it.attempts()).isEqualTo(3))
                .satisfies(it -> assertThat(it.count()).isEqualTo(1));
    }

    /** With a breaker open every call is a recovery, and thousands come between two reports. */
    @Test
    void countsRecoveriesThatEndAlike() {
        var error =
                new ErrorDetector(Classifier.standard(), new Random(1))
                        .detect(new IOException("planted"), CallSite.of("api", "call"));
        for (int call = 1; call <= 3_000; call++) {
            var duration = Duration.ofMillis(call % 2 == 0 ? 10 : 30);
            collector.onEvent(
                    new HealingEvent.RecoveryEnded(
                            ended(error, RecoveryAction.FALLBACK, duration)));
        }
        collector.onEvent(
                new HealingEvent.RecoveryEnded(ended(error, RecoveryAction.CUSTOM, Duration.ZERO)));

        assertThat(drained("api").recoveries())
                .extracting(EndedRecovery::action, EndedRecovery::count, EndedRecovery::durationMs)
                .containsExactly(
                        tuple(RecoveryAction.FALLBACK, 3_000, 20.0),
                        tuple(RecoveryAction.CUSTOM, 1, 0.0));
        assertThat(collector.drain()).isEmpty();
    }

    @Test
    void givesEachBatchOnceAndUnderAnIdOfItsOwn() {
        collector.onSuccess("api", -1);
        String first = drained("api").batchId();
        assertThat(collector.drain()).isEmpty();

        collector.onSuccess("api", -1);

        assertThat(drained("api").batchId()).startsWith("web-1-").isNotEqualTo(first);
    }

    @Test
    void leavesOutWhatIsBeyondItsComponents() {
        for (int i = 0; i < OutcomeCollector.MOST_COMPONENTS + 5; i++) {
            collector.onSuccess("c" + i, -1);
        }

        assertThat(collector.drain()).hasSize(OutcomeCollector.MOST_COMPONENTS);
    }

    @Test
    void refusesANameThatIsTooLong() {
        assertThatThrownBy(() -> new OutcomeCollector("n".repeat(61), new Random(1)))
                .hasMessageStartingWith("node must have 1 to 60 characters");
    }

    @Test
    void refusesANameThatAServerWouldRefuse() {
        assertThatThrownBy(() -> new OutcomeCollector("web\n1", new Random(1)))
                .hasMessage("node must not have control characters");
    }

    @Test
    void splitsWhatOneReportMayNotHold() {
        for (int call = 0; call < 2_000_001; call++) {
            collector.onSuccess("api", 1_000_000);
        }
        var error =
                new ErrorDetector(Classifier.standard(), new Random(1))
                        .detect(new IOException("planted"), CallSite.of("api", "call"));
        for (int call = 0; call < 1_000_002; call++) {
            collector.onEvent(new HealingEvent.CallFailed(error, 1));
        }

        List<Outcomes> reports = requireNonNull(collector.drain().get("api"));

        assertThat(reports)
                .extracting(Outcomes::successes)
                .containsExactly(1_000_000L, 1_000_000L, 1L);
        assertThat(reports).extracting(Outcomes::responseTimeMs).containsOnly(1.0);
        assertThat(reports)
                .extracting(it ->
                        requireNonNull(it.failures()).stream().map(FailedCall::count).toList())
                .containsExactly(List.of(1_000_000), List.of(2), List.of());
        assertThat(reports).extracting(Outcomes::batchId).doesNotHaveDuplicates();
        assertThat(collector.drain()).isEmpty();
    }

    private static RecoveryResult ended(
            ErrorContext error, RecoveryAction action, Duration duration) {
        return new RecoveryResult(
                Outcome.RECOVERED, action, error, 1, duration, Instant.EPOCH, new TreeMap<>());
    }

    private Outcomes drained(String component) {
        List<Outcomes> reports = requireNonNull(collector.drain().get(component));
        assertThat(reports).hasSize(1);
        return reports.getFirst();
    }
}
