package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.healing.Failure;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;

/**
 * The repair under way. There is at most one in a run.
 *
 * @param step the failed step's position in the plan
 * @param phase how far up the ladder it is
 * @param asking what it waits for
 * @param opened the failure it began with
 * @param previous fingerprint of the failure before the latest one; null while there was only one
 * @param retries retries under the present definition
 * @param tried ids of patches tried
 * @param candidate the patch being proven; null outside a proof
 * @param proven the result of the proof, while passed steps are repeated under it; null otherwise
 * @param rechecks keys of the repeated steps' tasks that have not ended
 * @param startedAt when it was opened
 */
record Repair(
        int step,
        Phase phase,
        Asking asking,
        Failure opened,
        @Nullable String previous,
        int retries,
        PVector<String> tried,
        @Nullable Patch candidate,
        @Nullable Proven proven,
        PVector<String> rechecks,
        Instant startedAt) {

    /** What a repair waits for. */
    enum Asking {
        BREAKER,
        BUDGET,
        PATCH,
        ATTEMPT,
        RECHECK
    }

    /** What the attempt on the patched input left behind. */
    record Proven(@Nullable String commit, @Nullable String output) {}

    static Repair open(int step, Failure failure, Instant at) {
        var none = org.pcollections.TreePVector.<String>empty();
        return new Repair(
                step, Phase.RETRY, Asking.ATTEMPT, failure, null, 0, none, null, null, none, at);
    }

    Repair in(Phase next, Asking question) {
        return new Repair(
                step, next, question, opened, previous, retries, tried, candidate, proven, rechecks,
                startedAt);
    }

    Repair asking(Asking question) {
        return in(phase, question);
    }

    Repair retried(String fingerprint) {
        return new Repair(
                step,
                phase,
                asking,
                opened,
                fingerprint,
                retries + 1,
                tried,
                candidate,
                proven,
                rechecks,
                startedAt);
    }

    Repair proving(Patch patch) {
        return new Repair(
                step,
                Phase.PATCH,
                Asking.BUDGET,
                opened,
                previous,
                retries,
                tried.plus(patch.id()),
                patch,
                null,
                rechecks,
                startedAt);
    }

    Repair rechecking(Proven result, List<String> keys) {
        return new Repair(
                step,
                phase,
                Asking.RECHECK,
                opened,
                previous,
                retries,
                tried,
                candidate,
                result,
                org.pcollections.TreePVector.from(keys),
                startedAt);
    }

    Repair rechecked(String key) {
        return new Repair(
                step,
                phase,
                asking,
                opened,
                previous,
                retries,
                tried,
                candidate,
                proven,
                rechecks.minus((Object) key),
                startedAt);
    }

    Repair withoutCandidate() {
        return new Repair(
                step,
                phase,
                asking,
                opened,
                previous,
                retries,
                tried,
                null,
                null,
                org.pcollections.TreePVector.empty(),
                startedAt);
    }

    /**
     * After a re-plan the new definition gets its own retries; what failed before says nothing
     * about it.
     */
    Repair replanned() {
        return new Repair(
                step,
                Phase.REPLAN,
                Asking.BUDGET,
                opened,
                null,
                0,
                tried,
                null,
                null,
                org.pcollections.TreePVector.empty(),
                startedAt);
    }
}
