package dev.kintsugi.healing.detect;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.RuleBook;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what a failed call means, and whether to retry it, to serve something else, or to count it
 * against the component (YAGO's error detector). Safe for use by many threads.
 *
 * <p>What is what, the rules of a {@link dev.kintsugi.healing.RuleBook} say; for rules of one's
 * own, give the classifier a book that has them.
 */
public final class ErrorDetector {

    /** No recommended wait is longer, unless the other side asked for longer. */
    public static final Duration MAX_DELAY = Duration.ofSeconds(60);

    /** The id of the rule for calls that their own caller gave up; not the component's failure. */
    static final String CANCELLED = "cancelled";

    private static final Logger LOG = LoggerFactory.getLogger(ErrorDetector.class);

    /** An exception that is kept and thrown again must not grow for ever. */
    private static final int MAX_SUPPRESSED = 10;

    private static final Classifier NO_RULES = Classifier.of(new RuleBook(List.of()));

    private final Classifier classifier;
    private final String prefix;
    private final AtomicLong detected = new AtomicLong();

    /** Whether it was said that the classifier fails. */
    private final AtomicBoolean said = new AtomicBoolean();

    /**
     * @param chance asked once, so that the ids of two detectors differ
     */
    public ErrorDetector(Classifier classifier, RandomGenerator chance) {
        this.classifier = classifier;
        this.prefix = "err-" + HexFormat.of().toHexDigits(chance.nextLong()) + "-";
    }

    /** A detector by the rules that ship with this library. */
    public static ErrorDetector standard() {
        return new ErrorDetector(Classifier.standard(), TimeAndChance.real().chance());
    }

    /**
     * Classifies what a call threw. Never fails: what no rule knows is of category UNKNOWN, and so
     * is what the classifier itself fails on; that is suppressed in the error, and logged once.
     */
    public ErrorContext detect(Throwable error, CallSite site) {
        return detect(new Evidence.Thrown(error), site);
    }

    /** Classifies a bad outcome: a reply, a process exit, words. */
    public ErrorContext detect(Evidence evidence, CallSite site) {
        return again(classified(evidence), site);
    }

    private Failure classified(Evidence evidence) {
        try {
            return Objects.requireNonNull(classifier.classify(evidence), "failure");
        } catch (Throwable broken) {
            if (!said.getAndSet(true)) {
                LOG.warn("the classifier failed, as it maybe will again", broken);
            }
            if (evidence instanceof Evidence.Thrown(Throwable error)
                    && error != broken
                    && error.getSuppressed().length < MAX_SUPPRESSED) {
                error.addSuppressed(broken);
            }
            return NO_RULES.classify(evidence);
        }
    }

    /**
     * Another occurrence of what was classified before, such as a rejection by the same breaker.
     */
    public ErrorContext again(Failure failure, CallSite site) {
        return new ErrorContext(
                prefix + detected.incrementAndGet(),
                failure,
                site.component(),
                site.operation(),
                site.requestId(),
                site.userId());
    }

    /** Whether the same call may go well if it is made again, unchanged, a little later. */
    public boolean shouldRetry(ErrorContext error) {
        return error.disposition().mayPass();
    }

    /**
     * Whether something else may serve instead. Not for a request that will be refused everywhere,
     * nor for what a person must look at first, nor for a call that was given up.
     */
    public boolean shouldFallback(ErrorContext error) {
        Failure failure = error.failure();
        return error.disposition() != Disposition.CLIENT_ERROR
                && failure.failureClass() != FailureClass.SECURITY
                && !failure.rule().equals(CANCELLED);
    }

    /**
     * Whether the failure counts against the component's circuit breaker. What was wrong with the
     * request, with who asked or with their right to ask, says nothing of the component.
     */
    public boolean shouldBreak(ErrorContext error) {
        Disposition disposition = error.disposition();
        if (disposition == Disposition.FATAL) {
            return error.category() != FailureCategory.AUTHORIZATION
                    && error.category() != FailureCategory.VALIDATION;
        }
        return disposition.mayPass()
                || disposition == Disposition.UNKNOWN && !error.failure().rule().equals(CANCELLED);
    }

    /**
     * How long to wait before the next attempt, before jitter: 1 s (5 s for rate limits and
     * resources), doubled with every attempt up to {@link #MAX_DELAY}; never less than the other
     * side asked for, which may be up to a day.
     *
     * @param attempt how many attempts have failed, from 1
     */
    public Duration retryDelay(ErrorContext error, int attempt) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
        }
        Duration first = firstDelay(error.category());
        int doublings = Math.min(attempt - 1, 6); // 1 s doubled six times is past the cap
        Duration usual = first.multipliedBy(1L << doublings);
        Duration delay = usual.compareTo(MAX_DELAY) < 0 ? usual : MAX_DELAY;
        Duration asked = error.failure().retryAfter();
        return asked == null || asked.compareTo(delay) < 0 ? delay : asked;
    }

    private static Duration firstDelay(FailureCategory category) {
        boolean crowded =
                category == FailureCategory.RATE_LIMIT || category == FailureCategory.RESOURCE;
        return Duration.ofSeconds(crowded ? 5 : 1);
    }
}
