package dev.kintsugi.client.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One step of a plan.
 *
 * @param id 1 to 64 characters of letters, digits, dot, dash and underscore, starting with a letter
 *     or digit
 * @param work what is done
 * @param queue the class of queue it waits in
 * @param priority how urgent it is
 * @param needs ids of steps that must have succeeded before, in the order in which their results
 *     are merged
 * @param timeout how long one attempt may take: 1 s to 24 h
 * @param env environment variables; values may refer to {@code ${secrets.NAME}} and {@code
 *     ${steps.ID.output.KEY}}
 * @param failureClass the class its failures are counted under; null to classify from what happened
 * @param effects what its work does to the outside world
 * @param cache folders of the checkout that a worker may keep warm between attempts and that may be
 *     empty
 * @param autofix a command that mends this step's kind of failure; null when there is none
 * @param alternatives other ways to do it, tried in order when it cannot be mended
 * @param undo the command that compensates for it at rollback; null when there is none
 * @param costNanoUsd the most that one attempt may cost, in billionths of a US dollar: set aside
 *     while it runs; null when the plan does not say
 * @param when the condition under which it is done; null for always
 * @param continueOnFailure true when the run goes on without it once it cannot be mended; null
 *     otherwise
 * @param reconcile the command that finds out whether a {@code once} step that was cut short took
 *     effect; null to ask a human at once
 * @param waits locks and runs that it waits for; null when there are none
 * @param artifacts globs of files that are kept when an attempt ends
 */
public record Step(
        String id,
        Work work,
        QueueClass queue,
        Priority priority,
        List<String> needs,
        Duration timeout,
        SortedMap<String, String> env,
        @Nullable FailureClass failureClass,
        Effects effects,
        List<String> cache,
        @Nullable String autofix,
        List<Alternative> alternatives,
        @Nullable String undo,
        @Nullable Long costNanoUsd,
        @Nullable When when,
        @Nullable Boolean continueOnFailure,
        @Nullable String reconcile,
        @Nullable Waits waits,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> artifacts) {
    public Step {
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
        continueOnFailure = Boolean.TRUE.equals(continueOnFailure) ? Boolean.TRUE : null;
        needs = List.copyOf(needs);
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        cache = List.copyOf(cache);
        alternatives = List.copyOf(alternatives);
    }

    /** The same of a step that is always done, must succeed and waits for nothing else. */
    public Step(
            String id,
            Work work,
            QueueClass queue,
            Priority priority,
            List<String> needs,
            Duration timeout,
            SortedMap<String, String> env,
            @Nullable FailureClass failureClass,
            Effects effects,
            List<String> cache,
            @Nullable String autofix,
            List<Alternative> alternatives,
            @Nullable String undo) {
        this(
                id,
                work,
                queue,
                priority,
                needs,
                timeout,
                env,
                failureClass,
                effects,
                cache,
                autofix,
                alternatives,
                undo,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    /** Whether the run goes on without it once it cannot be mended. */
    public boolean isDispensable() {
        return continueOnFailure != null;
    }

    /**
     * This step done another way: work, timeout and environment of the alternative where it gives
     * them.
     */
    public Step replacedBy(Alternative other) {
        var merged = new TreeMap<>(env);
        merged.putAll(other.env());
        return new Step(
                id,
                other.work(),
                queue,
                priority,
                needs,
                other.timeout() == null ? timeout : other.timeout(),
                merged,
                failureClass,
                effects,
                cache,
                autofix,
                alternatives,
                undo,
                costNanoUsd,
                when,
                continueOnFailure,
                reconcile,
                waits,
                artifacts);
    }

    /**
     * Another way to do a step.
     *
     * @param work what is done instead
     * @param env variables added to the step's or replacing them
     * @param timeout null to keep the step's
     */
    public record Alternative(
            Work work, SortedMap<String, String> env, @Nullable Duration timeout) {
        public Alternative {
            env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        }
    }

    /** Classes of queue, each with its own limit of work at once. */
    public enum QueueClass {
        CPU,
        IO,
        LLM,
        HIGH,
        LOW
    }

    /** How urgent a step is; waiting raises every priority with time. */
    public enum Priority {
        CRITICAL,
        HIGH,
        NORMAL,
        LOW;

        /** How much earlier than something LOW of the same age something of this priority goes. */
        public Duration headStart() {
            return switch (this) {
                case CRITICAL -> Duration.ofMinutes(10);
                case HIGH -> Duration.ofMinutes(5);
                case NORMAL -> Duration.ofMinutes(2);
                case LOW -> Duration.ZERO;
            };
        }
    }

    /** What a step's work does to the outside world. */
    public enum Effects {
        /** Nothing: it may be repeated at will. */
        NONE,
        /** Doing it again under the same idempotency key changes nothing more. */
        IDEMPOTENT,
        /** It must never be done twice. */
        ONCE
    }
}
