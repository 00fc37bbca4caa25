package dev.kintsugi.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.Rule;
import dev.kintsugi.healing.RuleBook;
import dev.kintsugi.healing.Severity;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorDetectorTest {

    private static final CallSite SITE = CallSite.of("openai_adapter", "generate");

    private final ErrorDetector detector = new ErrorDetector(Classifier.standard(), new Random(1));

    @Test
    void tellsEverythingThatIsKnownOfTheCall() {
        ErrorContext error =
                detector.detect(
                        new ConnectException("Connection refused"),
                        SITE.request("req_123").user("user_456"));

        assertThat(error.errorId()).matches("err-[0-9a-f]{16}-1");
        assertThat(error.category()).isEqualTo(FailureCategory.NETWORK);
        assertThat(error.severity()).isEqualTo(Severity.MEDIUM);
        assertThat(error.component()).isEqualTo("openai_adapter");
        assertThat(error.operation()).isEqualTo("generate");
        assertThat(error.requestId()).isEqualTo("req_123");
        assertThat(error.userId()).isEqualTo("user_456");
    }

    @Test
    void namesEveryOccurrenceButKnowsTheSameFailureAgain() {
        var other = new ErrorDetector(Classifier.standard(), new Random(2));
        var ids = new HashSet<String>();
        var fingerprints = new HashSet<String>();

        for (int i = 0; i < 100; i++) {
            for (ErrorDetector each : List.of(detector, other)) {
                ErrorContext error = each.detect(new TimeoutException(), SITE);
                ids.add(error.errorId());
                fingerprints.add(error.failure().fingerprint());
            }
        }

        assertThat(ids).hasSize(200);
        assertThat(fingerprints).hasSize(1);
    }

    /** One row for each kind of reply, as ruled: a request error burns nothing. */
    @ParameterizedTest
    @CsvSource({
        "400, false, false, false",
        "401, false, true,  false",
        "403, false, false, false",
        "404, false, false, false",
        "408, true,  true,  true",
        "422, false, false, false",
        "429, true,  true,  true",
        "500, true,  true,  true",
        "503, true,  true,  true",
        "504, true,  true,  true",
        "507, false, true,  true",
    })
    void decidesByTheReply(int status, boolean retry, boolean fallback, boolean breaks) {
        ErrorContext error = detector.detect(reply(status, Map.of()), SITE);

        assertThat(detector.shouldRetry(error)).as("retry").isEqualTo(retry);
        assertThat(detector.shouldFallback(error)).as("fallback").isEqualTo(fallback);
        assertThat(detector.shouldBreak(error)).as("break").isEqualTo(breaks);
    }

    @Test
    void doesNotRetryWhatItDoesNotKnowButServesSomethingElse() {
        ErrorContext error = detector.detect(new IllegalStateException("closed"), SITE);

        assertThat(error.category()).isEqualTo(FailureCategory.UNKNOWN);
        assertThat(detector.shouldRetry(error)).isFalse();
        assertThat(detector.shouldFallback(error)).isTrue();
        assertThat(detector.shouldBreak(error)).isTrue();
    }

    @Test
    void holdsACallThatWasGivenUpAgainstNobody() {
        for (Exception each : List.of(new InterruptedException(), new CancellationException())) {
            ErrorContext error = detector.detect(each, SITE);

            assertThat(detector.shouldRetry(error)).isFalse();
            assertThat(detector.shouldFallback(error)).isFalse();
            assertThat(detector.shouldBreak(error)).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "503, 1, 1",
        "503, 2, 2",
        "503, 6, 32",
        "503, 7, 60",
        "503, 2147483647, 60",
        "429, 1, 5",
        "429, 4, 40",
        "429, 5, 60",
    })
    void doublesTheDelayUpToTheCap(int status, int attempt, long seconds) {
        ErrorContext error = detector.detect(reply(status, Map.of()), SITE);

        assertThat(detector.retryDelay(error, attempt)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void waitsAtLeastAsLongAsAsked() {
        ErrorContext late = detector.detect(reply(429, Map.of("retry-after", "120")), SITE);
        ErrorContext soon = detector.detect(reply(429, Map.of("retry-after", "1")), SITE);

        assertThat(detector.retryDelay(late, 1)).isEqualTo(Duration.ofSeconds(120));
        assertThat(detector.retryDelay(soon, 1)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void countsAttemptsFromOne() {
        ErrorContext error = detector.detect(reply(503, Map.of()), SITE);

        assertThatThrownBy(() -> detector.retryDelay(error, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempt must be at least 1, was 0");
    }

    @Test
    void takesRulesOfOnesOwnBeforeTheStandardOnes() {
        Rule own =
                Rule.parse(
                        List.of(
                                "id tariff-closed",
                                "thrown java.lang.IllegalStateException",
                                "match tariff is closed",
                                "category RATE_LIMIT",
                                "class INFRA",
                                "transient true"));
        var book = RuleBook.standard().with(List.of(own));
        var mine = new ErrorDetector(Classifier.of(book), new Random(1));

        ErrorContext error = mine.detect(new IllegalStateException("tariff is closed"), SITE);

        assertThat(error.failure().rule()).isEqualTo("tariff-closed");
        assertThat(mine.shouldRetry(error)).isTrue();
    }

    private static Evidence reply(int status, Map<String, String> headers) {
        return new Evidence.HttpReply(status, new TreeMap<>(headers), "");
    }

    @Test
    void takesWhatTheClassifierFailsOnForUnknown() {
        var broken = new IllegalStateException("planted");
        var failing =
                new ErrorDetector(
                        _ -> {
                            throw broken;
                        },
                        new Random(1));
        var thrown = new ConnectException("Connection refused");

        ErrorContext error = failing.detect(thrown, SITE);

        assertThat(error.category()).isEqualTo(FailureCategory.UNKNOWN);
        assertThat(error.failure().message()).contains("Connection refused");
        assertThat(thrown.getSuppressed()).containsExactly(broken);
    }

    @Test
    void doesNotMakeAKeptExceptionGrowWhereTheClassifierFails() {
        var failing =
                new ErrorDetector(
                        _ -> {
                            throw new IllegalStateException("planted");
                        },
                        new Random(1));
        var kept = new ConnectException("kept and thrown again");

        for (int i = 0; i < 100; i++) {
            failing.detect(kept, SITE);
        }

        assertThat(kept.getSuppressed()).hasSizeLessThanOrEqualTo(10);
    }
}
