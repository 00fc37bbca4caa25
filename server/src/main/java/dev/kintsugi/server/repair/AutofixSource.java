package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.util.List;

/** Proposes what the step's own {@code autofix} command changes in a scratch checkout. */
public final class AutofixSource implements PatchSource {

    @Override
    public Patch.Source source() {
        return Patch.Source.AUTOFIX;
    }

    @Override
    public List<Proposal> propose(MendRequest request) {
        String command = request.step().autofix();
        return command == null || request.task().input() == null
                ? List.of()
                : List.of(new Proposal.Command("Run the step's autofix", command));
    }
}
