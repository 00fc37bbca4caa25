package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.healing.Failure;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
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
 * @param once what is known of its effect when it must happen once
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
        @Nullable String output,
        Once once) {
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
        /** Not done: its condition does not hold. */
        SKIPPED,
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
                null,
                Once.UNTOUCHED);
    }

    StepState needMet() {
        return changed(c -> c.unmet--);
    }

    StepState started(int nextAttempt, int accepted) {
        return changed(c -> {
            c.status = Status.IN_FLIGHT;
            c.attempt = nextAttempt;
            c.patches = accepted;
        });
    }

    /** One more repair attempt is used on it. */
    StepState charged() {
        return changed(c -> c.repairs++);
    }

    /** Its result holds that many accepted patches. */
    StepState seeing(int accepted) {
        return changed(c -> c.patches = accepted);
    }

    StepState with(Status next) {
        return changed(c -> c.status = next);
    }

    StepState broken(Failure why, @Nullable String proof) {
        return changed(c -> {
            c.status = Status.BROKEN;
            c.failure = why;
            c.evidence = proof;
        });
    }

    StepState succeeded(@Nullable String result, @Nullable String written) {
        return changed(c -> {
            c.status = Status.SUCCEEDED;
            c.failure = null;
            c.evidence = null;
            c.commit = result;
            c.output = written;
        });
    }

    StepState patched(SortedMap<String, String> variables, @Nullable Long timeout) {
        return changed(c -> {
            c.env = variables;
            c.timeoutMillis = timeout;
        });
    }

    /** Done another way from here on: patches of the old definition do not carry over. */
    StepState replanned() {
        return changed(c -> {
            c.generation++;
            c.alternative++;
            c.env = Collections.emptySortedMap();
            c.timeoutMillis = null;
            c.once = Once.UNTOUCHED;
        });
    }

    StepState with(Once known) {
        return changed(c -> c.once = known);
    }

    /** Whether its latest attempt is known not to have taken effect. */
    boolean isAbsent() {
        return attempt > 0 && once.absent() == attempt;
    }

    private StepState changed(Consumer<Copy> change) {
        var copy = new Copy(this);
        change.accept(copy);
        return copy.state();
    }

    /** A state being changed. */
    private static final class Copy {
        private Status status;
        private int unmet;
        private int attempt;
        private int generation;
        private int alternative;
        private int repairs;
        private int patches;
        private SortedMap<String, String> env;
        private @Nullable Long timeoutMillis;
        private @Nullable Failure failure;
        private @Nullable String evidence;
        private @Nullable String commit;
        private @Nullable String output;
        private Once once;

        private Copy(StepState from) {
            status = from.status;
            unmet = from.unmet;
            attempt = from.attempt;
            generation = from.generation;
            alternative = from.alternative;
            repairs = from.repairs;
            patches = from.patches;
            env = from.env;
            timeoutMillis = from.timeoutMillis;
            failure = from.failure;
            evidence = from.evidence;
            commit = from.commit;
            output = from.output;
            once = from.once;
        }

        private StepState state() {
            return new StepState(
                    status,
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
                    output,
                    once);
        }
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
