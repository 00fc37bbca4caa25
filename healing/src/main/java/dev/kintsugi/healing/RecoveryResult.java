package dev.kintsugi.healing;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt to recover a call ended (YAGO's recovery result).
 *
 * @param outcome how far it came
 * @param action what was done
 * @param error the failure that was to be recovered from
 * @param attempts calls of the operation in all, the first included; 0 when none was let through
 * @param duration from the first failure to the end of the recovery; zero when nothing was tried
 * @param resolvedAt when it succeeded; null when it did not
 * @param metadata more about it, such as {@code served_by}
 */
public record RecoveryResult(
        Outcome outcome,
        RecoveryAction action,
        ErrorContext error,
        int attempts,
        Duration duration,
        @Nullable Instant resolvedAt,
        SortedMap<String, String> metadata) {

    /** How far a recovery came. */
    public enum Outcome {
        /** Neither was the caller served nor harm stopped. */
        FAILED,

        /** Harm has stopped, such as by an open breaker, but the caller was not served. */
        CONTAINED,

        /** The caller was served, by the same operation or another. */
        RECOVERED,

        /** The caller was served, and a probe showed that the component itself is well again. */
        VERIFIED;

        /** Whether the caller was served. */
        public boolean isSuccess() {
            return switch (this) {
                case RECOVERED, VERIFIED -> true;
                case FAILED, CONTAINED -> false;
            };
        }
    }

    public RecoveryResult {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(duration, "duration");
        metadata =
                metadata.isEmpty()
                        ? Collections.emptySortedMap()
                        : Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** One line for people; made when it is asked for, since of most rejections nobody asks. */
    public String message() {
        return error.component()
                + " "
                + outcome
                + ": "
                + action.key()
                + " after "
                + attempts
                + " attempts";
    }

    /** Whether the caller was served. */
    public boolean success() {
        return outcome.isSuccess();
    }
}
