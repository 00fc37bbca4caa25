package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.healing.Failure;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A repair as snapshots hold it: the same with plain lists. */
record RepairRow(
        int step,
        Phase phase,
        Repair.Asking asking,
        Failure opened,
        @Nullable String previous,
        int retries,
        int searches,
        List<String> tried,
        List<Proof.Stacked> stack,
        @Nullable Patch candidate,
        Proof.@Nullable Result result,
        List<Integer> unchecked,
        List<String> rechecks,
        @Nullable Integer redoing,
        Instant startedAt) {

    static RepairRow of(Repair repair) {
        var proof = repair.proof();
        return new RepairRow(
                repair.step(),
                repair.phase(),
                repair.asking(),
                repair.opened(),
                repair.previous(),
                repair.retries(),
                repair.searches(),
                repair.tried(),
                proof.stack(),
                proof.candidate(),
                proof.result(),
                proof.unchecked(),
                proof.rechecks(),
                repair.redoing(),
                repair.startedAt());
    }

    Repair repair() {
        return new Repair(
                step,
                phase,
                asking,
                opened,
                previous,
                retries,
                searches,
                Snapshots.vector(tried),
                new Proof(
                        Snapshots.vector(stack),
                        candidate,
                        result,
                        Snapshots.vector(unchecked),
                        Snapshots.vector(rechecks)),
                redoing,
                startedAt);
    }
}
