package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.healing.Failure;
import java.time.Instant;
import java.util.function.Consumer;
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
        /** Until what others have set aside is settled. */
        MONEY,
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

    /** Position of the step that its next attempt is of. */
    int next() {
        return redoing == null ? step : redoing;
    }

    /** Whether an attempt may follow that is not handed out yet. */
    boolean undecided() {
        return switch (asking) {
            case BREAKER, BUDGET, MONEY, PATCH -> true;
            case ATTEMPT, RECHECK -> false;
        };
    }

    Repair in(Phase next, Asking question) {
        return changed(c -> {
            c.phase = next;
            c.asking = question;
        });
    }

    Repair asking(Asking question) {
        return in(phase, question);
    }

    Repair retried(String fingerprint) {
        return changed(c -> {
            c.asking = Asking.ATTEMPT;
            c.previous = fingerprint;
            c.retries++;
        });
    }

    Repair searching() {
        return changed(c -> {
            c.phase = Phase.PATCH;
            c.asking = Asking.PATCH;
            c.searches++;
        });
    }

    Repair trying(Patch patch) {
        return changed(c -> {
            c.phase = Phase.PATCH;
            c.asking = Asking.BUDGET;
            c.tried = tried.plus(patch.id());
            c.proof = proof.of(patch);
        });
    }

    Repair with(Proof next) {
        return changed(c -> c.proof = next);
    }

    Repair redo(@Nullable Integer need) {
        return changed(c -> c.redoing = need);
    }

    /**
     * After a re-plan the new definition gets its own retries; what failed before says nothing
     * about it.
     */
    Repair replanned() {
        return changed(c -> {
            c.phase = Phase.REPLAN;
            c.asking = Asking.BUDGET;
            c.previous = null;
            c.retries = 0;
            c.proof = Proof.NONE;
            c.redoing = null;
        });
    }

    private Repair changed(Consumer<Copy> change) {
        var copy = new Copy(this);
        change.accept(copy);
        return new Repair(
                step,
                copy.phase,
                copy.asking,
                opened,
                copy.previous,
                copy.retries,
                copy.searches,
                copy.tried,
                copy.proof,
                copy.redoing,
                startedAt);
    }

    /** What of a repair changes. */
    private static final class Copy {
        private Phase phase;
        private Asking asking;
        private @Nullable String previous;
        private int retries;
        private int searches;
        private PVector<String> tried;
        private Proof proof;
        private @Nullable Integer redoing;

        private Copy(Repair from) {
            phase = from.phase;
            asking = from.asking;
            previous = from.previous;
            retries = from.retries;
            searches = from.searches;
            tried = from.tried;
            proof = from.proof;
            redoing = from.redoing;
        }
    }
}
