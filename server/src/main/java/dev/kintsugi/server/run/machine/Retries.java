package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.healing.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When a step is executed again without a patch, and how long that waits. */
final class Retries {
    /** Retries under one definition of a step. */
    static final int MAX_RETRIES = 3;

    /**
     * Rule of the failure of an attempt whose input could not be merged, so that it never began; it
     * is mended by executing a need again that ran without a patch accepted since.
     */
    static final String INPUT_CONFLICT = "workspace.conflict";

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

    private final Course course;

    Retries(Course course) {
        this.course = course;
    }

    /**
     * Trying again unchanged: only what may pass by itself, never twice after the same failure, and
     * never what may have taken effect and must not twice.
     */
    boolean may(Draft draft, Repair repair, Failure failure, Effects effects) {
        return failure.maybeTransient()
                && (effects != Effects.ONCE || draft.step(repair.step()).isAbsent())
                && repair.retries() < MAX_RETRIES
                && !failure.fingerprint().equals(repair.previous())
                && fitsTime(draft, failure);
    }

    private static boolean fitsTime(Draft draft, Failure failure) {
        var asked = failure.retryAfter();
        return asked == null
                || draft.clock().spentMillis(draft.now()) + asked.toMillis()
                        < draft.limits().timeMillis();
    }

    /**
     * A need whose result cannot be merged because it ran on an input without a patch accepted
     * since; null when there is none. A need that must not be done twice is none.
     */
    @Nullable Integer staleNeed(Draft draft, Repair repair, Failure failure) {
        if (!failure.rule().equals(INPUT_CONFLICT)) {
            return null;
        }
        for (var need : course.step(repair.step()).needs()) {
            var position = course.position(need);
            if (draft.step(position).status() == StepState.Status.SUCCEEDED
                    && draft.step(position).patches() < draft.patches().size()
                    && draft.definition(position).effects() != Effects.ONCE) {
                return position;
            }
        }
        return null;
    }

    /**
     * Exponential backoff with full jitter, uniform in [0, min(cap, base × 2^n)] (Brooker,
     * "Exponential Backoff And Jitter", 2015), but never earlier than the other side asked for;
     * from rules 2 on it begins when that is over, so that not all come back at once.
     */
    Duration backoff(Draft draft, Repair repair, Failure failure) {
        var ceiling =
                Math.min(LONGEST_BACKOFF.toMillis(), FIRST_BACKOFF.toMillis() << repair.retries());
        var jittered = Duration.ofMillis(draft.envelope().draw(ceiling));
        var asked = failure.retryAfter();
        if (asked != null && draft.envelope().spreadsRetries()) {
            return asked.plus(jittered);
        }
        return asked != null && asked.compareTo(jittered) > 0 ? asked : jittered;
    }
}
