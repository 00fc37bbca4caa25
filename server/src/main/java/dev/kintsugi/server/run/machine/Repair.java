package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.healing.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The repair under way. There is at most one in a run.
 *
 * @param step the failed step's position in the plan
 * @param phase how far up the ladder it is
 * @param asking what it waits for
 * @param opened the failure it began with
 * @param previous fingerprint of the failure that the latest retry followed; null before a retry
 * @param retries retries under the present definition
 * @param searches searches for a patch begun
 * @param tried ids of patches tried
 * @param proof patches being proven
 * @param redoing position of the need that is executed again on the merged input; null when none is
 * @param startedAt when it was opened
 */
record Repair(
        int step,
        Phase phase,
        Asking asking,
        Failure opened,
        @Nullable String previous,
        int retries,
        int searches,
        PVector<String> tried,
        Proof proof,
        @Nullable Integer redoing,
        Instant startedAt) {

    /** What a repair waits for. */
    enum Asking {
        BREAKER,
        BUDGET,
        PATCH,
        ATTEMPT,
        RECHECK
    }

    static Repair open(int step, Failure failure, Instant at) {
        return new Repair(
                step,
                Phase.RETRY,
                Asking.ATTEMPT,
                failure,
                null,
                0,
                0,
                TreePVector.empty(),
                Proof.NONE,
                null,
                at);
    }

    Repair in(Phase next, Asking question) {
        return new Repair(
                step, next, question, opened, previous, retries, searches, tried, proof, redoing,
                startedAt);
    }

    Repair asking(Asking question) {
        return in(phase, question);
    }

    Repair retried(String fingerprint) {
        return new Repair(
                step,
                phase,
                Asking.ATTEMPT,
                opened,
                fingerprint,
                retries + 1,
                searches,
                tried,
                proof,
                redoing,
                startedAt);
    }

    Repair searching() {
        return new Repair(
                step,
                Phase.PATCH,
                Asking.PATCH,
                opened,
                previous,
                retries,
                searches + 1,
                tried,
                proof,
                redoing,
                startedAt);
    }

    Repair trying(Patch patch) {
        return new Repair(
                step,
                Phase.PATCH,
                Asking.BUDGET,
                opened,
                previous,
                retries,
                searches,
                tried.plus(patch.id()),
                proof.of(patch),
                redoing,
                startedAt);
    }

    Repair with(Proof next) {
        return new Repair(
                step, phase, asking, opened, previous, retries, searches, tried, next, redoing,
                startedAt);
    }

    Repair redo(@Nullable Integer need) {
        return new Repair(
                step, phase, asking, opened, previous, retries, searches, tried, proof, need,
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
                searches,
                tried,
                Proof.NONE,
                null,
                startedAt);
    }
}
