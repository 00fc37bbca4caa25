package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.ComponentStats.RecordedError;
import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.Outcomes.EndedRecovery;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.client.healing.RecoveryEntry;
import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.Reaction;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.healing.health.CallCounts;
import dev.kintsugi.server.platform.BadInputException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A report of outcomes, checked.
 *
 * @param calls those that count for or against the component's health
 * @param breaking failures that count against its breaker
 * @param deadLetters failures for the request's own fault
 */
record Batch(
        String component,
        String id,
        String node,
        CallCounts calls,
        int breaking,
        List<RecordedError> errors,
        List<DeadLetterView> deadLetters,
        List<RecoveryEntry> recoveries,
        Instant at) {

    private static final long MOST_CALLS = 1_000_000;
    private static final int MOST_ENTRIES = 1_000;
    private static final int LONGEST_ID = 100;
    private static final int LONGEST_MESSAGE = 500;
    private static final double LONGEST_MILLIS = 86_400_000;
    private static final double NANOS_PER_MILLI = 1_000_000;

    /**
     * What a process reported.
     *
     * @throws BadInputException with each mistake and its position
     */
    static Batch of(String component, Outcomes told, Instant at) {
        var problems = new ArrayList<String>();
        String id = text("batch_id", told.batchId(), problems);
        String node = text("node", told.node(), problems);
        List<FailedCall> failures = list("failures", told.failures(), problems);
        List<EndedRecovery> ended = list("recoveries", told.recoveries(), problems);
        long successes = told.successes() == null ? 0 : told.successes();
        if (successes < 0 || successes > MOST_CALLS) {
            problems.add(range("successes", MOST_CALLS, successes));
        }
        double millis = told.responseTimeMs() == null ? 0 : told.responseTimeMs();
        checkMillis("response_time_ms", millis, problems);
        var calls = new CallCounts(successes, 0, 0, 0, 0);
        if (told.responseTimeMs() != null) {
            // what a long does not hold, 292 years, is as much as it holds
            long nanos = (long) (millis * NANOS_PER_MILLI * successes);
            calls = calls.plus(new CallCounts(0, 0, 0, successes, nanos));
        }
        var errors = new ArrayList<RecordedError>();
        var deadLetters = new ArrayList<DeadLetterView>();
        int breaking = 0;
        for (int i = 0; i < failures.size(); i++) {
            FailedCall failure = failures.get(i);
            FailureCategory category = failure.category();
            if (category == null) {
                problems.add("failures[%d].category: is missing".formatted(i));
                continue;
            }
            int count = count("failures[%d]".formatted(i), failure.count(), problems);
            RecordedError error = error(failure, category, at);
            errors.add(error);
            if (disposition(failure, category).reaction() == Reaction.LOG_AND_SKIP) {
                deadLetters.add(deadLetter(component, error, count));
            }
            calls = calls.plus(counted(failure, error, count));
            breaking += isBreaking(failure, category) ? count : 0;
        }
        List<RecoveryEntry> recoveries = recoveries(component, ended, at, problems);
        if (!problems.isEmpty()) {
            throw new BadInputException("The outcomes cannot be taken.", problems);
        }
        return new Batch(component, id, node, calls, breaking, errors, deadLetters, recoveries, at);
    }

    /** How many one stands for. */
    private static int count(String where, @Nullable Integer told, List<String> problems) {
        int count = told == null ? 1 : told;
        if (count < 1 || count > MOST_CALLS) {
            problems.add(where + ".count: must be in [1, %d], was %d".formatted(MOST_CALLS, count));
        }
        return count;
    }

    private static CallCounts counted(FailedCall failure, RecordedError error, int count) {
        if (disposition(failure, error.category()) == Disposition.CLIENT_ERROR) {
            return CallCounts.NONE;
        }
        return new CallCounts(0, count, error.severity() == Severity.CRITICAL ? count : 0, 0, 0);
    }

    /** As {@code ErrorDetector.shouldBreak}: what is wrong with who asks says nothing here. */
    private static boolean isBreaking(FailedCall failure, FailureCategory category) {
        return switch (disposition(failure, category)) {
            case TRANSIENT, SERVER_ERROR, UNKNOWN -> true;
            case FATAL ->
                    category != FailureCategory.AUTHORIZATION
                            && category != FailureCategory.VALIDATION;
            case AUTHENTICATION, CLIENT_ERROR -> false;
        };
    }

    private static Disposition disposition(FailedCall failure, FailureCategory category) {
        return failure.disposition() == null ? Disposition.of(category) : failure.disposition();
    }

    private static RecordedError error(FailedCall failure, FailureCategory category, Instant at) {
        return new RecordedError(
                at,
                cut(failure.errorId(), LONGEST_ID),
                failure.severity() == null ? Severity.of(category) : failure.severity(),
                category,
                orEmpty(cut(failure.operation(), LONGEST_ID)),
                orEmpty(cut(failure.message(), LONGEST_MESSAGE)),
                cut(failure.requestId(), LONGEST_ID),
                cut(failure.userId(), LONGEST_ID));
    }

    private static DeadLetterView deadLetter(String component, RecordedError error, int count) {
        return new DeadLetterView(
                error.at(),
                component,
                error.operation(),
                error.category(),
                error.message(),
                error.errorId(),
                error.requestId(),
                error.userId(),
                count);
    }

    private static List<RecoveryEntry> recoveries(
            String component, List<EndedRecovery> ended, Instant at, List<String> problems) {
        var recoveries = new ArrayList<RecoveryEntry>();
        for (int i = 0; i < ended.size(); i++) {
            EndedRecovery one = ended.get(i);
            String where = "recoveries[%d]".formatted(i);
            RecoveryAction action = one.action();
            Outcome outcome = one.outcome();
            double millis = one.durationMs() == null ? 0 : one.durationMs();
            int attempts = one.attempts() == null ? 0 : one.attempts();
            int count = count(where, one.count(), problems);
            checkMillis(where + ".duration_ms", millis, problems);
            if (attempts < 0 || attempts > MOST_ENTRIES) {
                problems.add(range(where + ".attempts", MOST_ENTRIES, attempts));
            }
            if (action == null || outcome == null) {
                problems.add(where + (action == null ? ".action" : ".outcome") + ": is missing");
                continue;
            }
            recoveries.add(
                    new RecoveryEntry(
                            at,
                            component,
                            orEmpty(cut(one.operation(), LONGEST_ID)),
                            action,
                            outcome.isSuccess(),
                            outcome,
                            attempts,
                            millis,
                            orEmpty(cut(one.message(), LONGEST_MESSAGE)),
                            count));
        }
        return recoveries;
    }

    private static String text(String name, @Nullable String value, List<String> problems) {
        if (value == null || value.isBlank() || value.length() > LONGEST_ID) {
            problems.add("%s: must have 1 to %d characters".formatted(name, LONGEST_ID));
            return "";
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            problems.add("%s: must not have control characters".formatted(name));
            return "";
        }
        return value;
    }

    private static <T> List<T> list(String name, @Nullable List<T> given, List<String> problems) {
        if (given == null) {
            return List.of();
        }
        if (given.size() > MOST_ENTRIES || given.stream().anyMatch(Objects::isNull)) {
            problems.add(
                    "%s: must be at most %d entries and none null, were %d"
                            .formatted(name, MOST_ENTRIES, given.size()));
            return List.of();
        }
        return given;
    }

    private static void checkMillis(String name, double millis, List<String> problems) {
        if (!(millis >= 0 && millis <= LONGEST_MILLIS)) {
            problems.add(
                    "%s: must be in [0, %.0f], was %s".formatted(name, LONGEST_MILLIS, millis));
        }
    }

    private static String range(String name, long most, long value) {
        return "%s: must be in [0, %d], was %d".formatted(name, most, value);
    }

    /** What others said is kept as far as the database can hold it. */
    private static @Nullable String cut(@Nullable String text, int longest) {
        return text == null
                ? null
                : text.substring(0, Math.min(longest, text.length())).replace('\0', '\uFFFD');
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
