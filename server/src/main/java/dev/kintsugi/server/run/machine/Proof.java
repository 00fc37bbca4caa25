package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.healing.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The patches that the next success of the step under repair proves, all together.
 *
 * @param stack patches that led to another failure than the one they were meant for, oldest first
 * @param candidate the patch on top of them that is being tried; null when none is
 * @param result what the passing attempt left behind, while passed steps are repeated under the
 *     patches; null otherwise
 * @param unchecked positions of passed steps that are still to be repeated
 * @param rechecks keys of the repeated steps' tasks that have not ended
 */
record Proof(
        PVector<Stacked> stack,
        @Nullable Patch candidate,
        @Nullable Result result,
        PVector<Integer> unchecked,
        PVector<String> rechecks) {
    static final Proof NONE =
            new Proof(TreePVector.empty(), null, null, TreePVector.empty(), TreePVector.empty());

    /** A patch that made a difference, with the failure it was meant for. */
    record Stacked(Patch patch, Failure failure, @Nullable String evidence) {}

    /** What the attempt on the patched input left behind. */
    record Result(@Nullable String commit, @Nullable String output) {}

    List<Patch> patches() {
        var patches = new ArrayList<Patch>();
        stack.forEach(stacked -> patches.add(stacked.patch()));
        if (candidate != null) {
            patches.add(candidate);
        }
        return patches;
    }

    boolean touchesFiles() {
        return patches().stream().anyMatch(TreePatch.class::isInstance);
    }

    Proof of(Patch patch) {
        return new Proof(stack, patch, null, TreePVector.empty(), TreePVector.empty());
    }

    Proof withoutCandidate() {
        return new Proof(stack, null, null, TreePVector.empty(), TreePVector.empty());
    }

    Proof push(Stacked patch) {
        return new Proof(stack.plus(patch), null, null, TreePVector.empty(), TreePVector.empty());
    }

    Proof passed(Result left, PVector<Integer> toRepeat) {
        return new Proof(stack, candidate, left, toRepeat, rechecks);
    }

    Proof repeating(String key) {
        return new Proof(stack, candidate, result, unchecked.minus(0), rechecks.plus(key));
    }

    Proof repeated(String key) {
        return new Proof(stack, candidate, result, unchecked, rechecks.minus((Object) key));
    }
}
