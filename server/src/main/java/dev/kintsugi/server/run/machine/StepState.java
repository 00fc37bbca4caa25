package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.healing.Failure;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where one step stands.
 *
 * @param status what it is doing
 * @param unmet how many of its needs have not succeeded yet
 * @param attempt the latest attempt, 0 before the first
 * @param generation how often its definition was re-planned
 * @param alternative which alternative it follows, 0 for the step as written
 * @param repairs repair attempts used on it
 * @param patches how many of the run's accepted patches its latest attempt's input or result held
 * @param env variables that accepted step patches set
 * @param timeoutMillis timeout that an accepted step patch set; null for the definition's
 * @param failure its latest failure; null when there was none or it is mended
 * @param evidence content hash of the failed attempt's output
 * @param commit its result; null before success or without workspace
 * @param output content hash of its output; null when it wrote none
 */
public record StepState(
        Status status,
        int unmet,
        int attempt,
        int generation,
        int alternative,
        int repairs,
        int patches,
        SortedMap<String, String> env,
        @Nullable Long timeoutMillis,
        @Nullable Failure failure,
        @Nullable String evidence,
        @Nullable String commit,
        @Nullable String output) {
    public StepState {
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
    }

    /** What a step is doing. */
    public enum Status {
        PENDING,
        IN_FLIGHT,
        /** Failed; under repair or waiting for its turn. */
        BROKEN,
        /** Handed out once, lost, and nobody knows whether its effect happened. */
        EFFECT_UNKNOWN,
        SUCCEEDED,
        FAILED,
        UNDONE
    }

    static StepState waitingFor(int needs) {
        return new StepState(
                Status.PENDING,
                needs,
                0,
                0,
                0,
                0,
                0,
                Collections.emptySortedMap(),
                null,
                null,
                null,
                null,
                null);
    }

    StepState needMet() {
        return new StepState(
                status,
                unmet - 1,
                attempt,
                generation,
                alternative,
                repairs,
                patches,
                env,
                timeoutMillis,
                failure,
                evidence,
                commit,
                output);
    }

    StepState started(int nextAttempt, int accepted) {
        return new StepState(
                Status.IN_FLIGHT,
                unmet,
                nextAttempt,
                generation,
                alternative,
                repairs,
                accepted,
                env,
                timeoutMillis,
                failure,
                evidence,
                commit,
                output);
    }

    /** One more repair attempt is used on it. */
    StepState charged() {
        return new StepState(
                status,
                unmet,
                attempt,
                generation,
                alternative,
                repairs + 1,
                patches,
                env,
                timeoutMillis,
                failure,
                evidence,
                commit,
                output);
    }

    /** Its result holds that many accepted patches. */
    StepState seeing(int accepted) {
        return new StepState(
                status,
                unmet,
                attempt,
                generation,
                alternative,
                repairs,
                accepted,
                env,
                timeoutMillis,
                failure,
                evidence,
                commit,
                output);
    }

    StepState with(Status next) {
        return new StepState(
                next,
                unmet,
                attempt,
                generation,
                alternative,
                repairs,
                patches,
                env,
                timeoutMillis,
                failure,
                evidence,
                commit,
                output);
    }

    StepState broken(Failure why, @Nullable String proof) {
        return new StepState(
                Status.BROKEN,
                unmet,
                attempt,
                generation,
                alternative,
                repairs,
                patches,
                env,
                timeoutMillis,
                why,
                proof,
                commit,
                output);
    }

    StepState succeeded(@Nullable String result, @Nullable String written) {
        return new StepState(
                Status.SUCCEEDED,
                unmet,
                attempt,
                generation,
                alternative,
                repairs,
                patches,
                env,
                timeoutMillis,
                null,
                null,
                result,
                written);
    }

    StepState patched(SortedMap<String, String> variables, @Nullable Long timeout) {
        return new StepState(
                status,
                unmet,
                attempt,
                generation,
                alternative,
                repairs,
                patches,
                variables,
                timeout,
                failure,
                evidence,
                commit,
                output);
    }

    /** Done another way from here on: patches of the old definition do not carry over. */
    StepState replanned() {
        return new StepState(
                status,
                unmet,
                attempt,
                generation + 1,
                alternative + 1,
                repairs,
                patches,
                Collections.emptySortedMap(),
                null,
                failure,
                evidence,
                commit,
                output);
    }

    /** The step as it is to be done now: alternative and step patches applied. */
    Step definition(Step written) {
        var chosen =
                alternative == 0
                        ? written
                        : written.replacedBy(written.alternatives().get(alternative - 1));
        if (env.isEmpty() && timeoutMillis == null) {
            return chosen;
        }
        return chosen.replacedBy(
                new Step.Alternative(
                        chosen.work(),
                        env,
                        timeoutMillis == null ? null : java.time.Duration.ofMillis(timeoutMillis)));
    }
}
