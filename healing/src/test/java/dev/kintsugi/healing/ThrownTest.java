package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How exceptions are taken apart before rules see them. */
class ThrownTest {

    private final Classifier classifier = Classifier.standard();

    static List<Throwable> wrapped() {
        var refused = new ConnectException("Connection refused");
        return List.of(
                refused,
                new ExecutionException(refused),
                new CompletionException(new ExecutionException(refused)),
                new InvocationTargetException(refused),
                new UndeclaredThrowableException(refused),
                new UncheckedIOException(refused),
                new ExceptionInInitializerError(refused),
                new RuntimeException("cannot load orders", new IOException("x", refused)));
    }

    @ParameterizedTest
    @MethodSource("wrapped")
    void looksThroughWrappers(Throwable error) {
        Failure failure = classify(error);

        assertThat(failure.category()).isEqualTo(FailureCategory.NETWORK);
        assertThat(failure.maybeTransient()).isTrue();
    }

    @Test
    void giveTheSameFingerprintWithAndWithoutAWrapper() {
        var refused = new ConnectException("Connection refused");

        assertThat(classify(new ExecutionException(refused)).fingerprint())
                .isEqualTo(classify(refused).fingerprint());
    }

    @Test
    void endsWhereCausesGoInACircle() {
        var one = new IOException("one");
        var two = new IOException("two", one);
        one.initCause(two);

        assertThat(classify(two).category()).isEqualTo(FailureCategory.UNKNOWN);
    }

    @Test
    void looksAtSoManyCausesAndNoMore() {
        Throwable near = nested(new ConnectException("refused"), Clues.MAX_CAUSES - 1);
        Throwable far = nested(new ConnectException("refused"), Clues.MAX_CAUSES);

        assertThat(classify(near).category()).isEqualTo(FailureCategory.NETWORK);
        assertThat(classify(far).category()).isEqualTo(FailureCategory.UNKNOWN);
    }

    @Test
    void asksSuppressedExceptionsWhereTheExceptionSaysNothing() {
        var collected = new IllegalStateException("3 of 3 calls failed");
        collected.addSuppressed(new IllegalStateException("?"));
        collected.addSuppressed(new ConnectException("Connection refused"));

        assertThat(classify(collected).category()).isEqualTo(FailureCategory.NETWORK);
    }

    @Test
    void doesNotAskSuppressedExceptionsWhereTheExceptionSaysEnough() {
        var error = new SQLException("duplicate key", "23505");
        error.addSuppressed(new ConnectException("Connection refused"));

        assertThat(classify(error).category()).isEqualTo(FailureCategory.DATABASE);
    }

    @Test
    void survivesAnExceptionThatCannotTellItsMessage() {
        Failure failure =
                classify(
                        new RuntimeException() {
                            private static final long serialVersionUID = 1;

                            @Override
                            public String getMessage() {
                                throw new IllegalStateException("planted");
                            }
                        });

        assertThat(failure.category()).isEqualTo(FailureCategory.UNKNOWN);
    }

    @Test
    void readsTheReplyThatAnExceptionCarries() {
        Failure failure = classify(new StatusException(429, Map.of("Retry-After", List.of("7"))));

        assertThat(failure.category()).isEqualTo(FailureCategory.RATE_LIMIT);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void readsTheReplyOfACauseAsWell() {
        var error = new IllegalStateException("no answer", new StatusException(422, Map.of()));

        assertThat(Disposition.of(classify(error))).isEqualTo(Disposition.CLIENT_ERROR);
    }

    @Test
    void takesNoNumberForAStatusThatIsNone() {
        assertThat(classify(new StatusException(-1, Map.of())).category())
                .isEqualTo(FailureCategory.UNKNOWN);
        assertThat(classify(new StatusException(200, Map.of())).category())
                .isEqualTo(FailureCategory.UNKNOWN);
    }

    private Failure classify(Throwable error) {
        return classifier.classify(new Evidence.Thrown(error));
    }

    private static Throwable nested(Throwable inner, int depth) {
        Throwable error = inner;
        for (int i = 0; i < depth; i++) {
            error = new IllegalStateException("level " + i, error);
        }
        return error;
    }

    /** As HTTP clients have them. */
    public static final class StatusException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;
        private final transient Map<String, List<String>> headers;

        StatusException(int status, Map<String, List<String>> headers) {
            super("it did not go well");
            this.status = status;
            this.headers = headers;
        }

        public Status getStatusCode() {
            return () -> status;
        }

        public Map<String, List<String>> headers() {
            return headers;
        }
    }

    /** A status as Spring has it. */
    public interface Status {
        int value();
    }
}
