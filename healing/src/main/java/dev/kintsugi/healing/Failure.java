package dev.kintsugi.healing;

import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A classified failure.
 *
 * @param category what went wrong
 * @param failureClass which of the run level's five classes it belongs to
 * @param severity how bad it is
 * @param rule id of the classification rule that matched, {@code unknown} when none did
 * @param fingerprint 16 hexadecimal digits; equal for the same failure however paths, numbers,
 *     addresses and times vary
 * @param message one line for people, at most 500 characters
 * @param maybeTransient whether trying again unchanged may help
 * @param retryAfter how long the other side asked to wait; null when it did not say
 * @param captures named parts of the evidence that the rule picked out (a missing symbol, a port),
 *     for repairs; at most 16, each at most 300 characters
 */
public record Failure(
        FailureCategory category,
        FailureClass failureClass,
        Severity severity,
        String rule,
        String fingerprint,
        String message,
        boolean maybeTransient,
        @Nullable Duration retryAfter,
        SortedMap<String, String> captures) {

    public Failure {
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(failureClass, "failureClass");
        Objects.requireNonNull(severity, "severity");
        captures = Collections.unmodifiableSortedMap(new TreeMap<>(captures));
    }

    /** The same failure under the class that a plan declares for its step. */
    public Failure as(FailureClass declared) {
        return new Failure(
                category,
                declared,
                severity,
                rule,
                fingerprint,
                message,
                maybeTransient,
                retryAfter,
                captures);
    }
}
