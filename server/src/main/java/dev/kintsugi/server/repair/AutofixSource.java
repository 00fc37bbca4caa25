package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import java.util.List;

/** Proposes what the step's own {@code autofix} command changes in a scratch checkout. */
public final class AutofixSource implements PatchSource {
    private final ScratchRun scratch;

    public AutofixSource(ScratchRun scratch) {
        this.scratch = scratch;
    }

    @Override
    public Patch.Source source() {
        return Patch.Source.AUTOFIX;
    }

    @Override
    public List<Proposal> propose(MendRequest request) throws InterruptedException {
        String command = request.step().autofix();
        if (command == null || request.task().input() == null) {
            return List.of();
        }
        return scratch.diff(request.task(), command).stream()
                .map(diff -> new DiffChange(diff, false))
                .map(change -> new Proposal("Run the step's autofix", change))
                .toList();
    }
}
