package dev.kintsugi.server.workspace.git;

import java.io.IOException;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;

/** Lets through one thing: a result on the task's own input, under the attempt's own ref. */
final class ResultHook implements PreReceiveHook {
    private final String ref;
    private final AnyObjectId input;
    private final BooleanSupplier isLeaseCurrent;

    ResultHook(String ref, AnyObjectId input, BooleanSupplier isLeaseCurrent) {
        this.ref = ref;
        this.input = input;
        this.isLeaseCurrent = isLeaseCurrent;
    }

    @Override
    public void onPreReceive(ReceivePack pack, Collection<ReceiveCommand> commands) {
        for (var command : commands) {
            var refusal = refusal(pack, command, commands.size());
            if (refusal != null) {
                command.setResult(Result.REJECTED_OTHER_REASON, refusal);
            }
        }
    }

    private @Nullable String refusal(ReceivePack pack, ReceiveCommand command, int commands) {
        if (commands != 1
                || !command.getRefName().equals(ref)
                || command.getType() == ReceiveCommand.Type.DELETE) {
            return "this lease may push " + ref + " and nothing else";
        }
        if (!isLeaseCurrent.getAsBoolean()) { // a push takes time
            return "the lease is no longer current";
        }
        try (var walk = new RevWalk(pack.getRepository())) {
            return isResult(walk, command) ? null : "not a result on the task's input";
        } catch (IOException e) {
            return "not a result: " + e.getMessage();
        }
    }

    private boolean isResult(RevWalk walk, ReceiveCommand command) throws IOException {
        var result = Snapshot.of(walk, command.getNewId());
        return !result.isPatch()
                && !result.full().equals(result.tracked())
                && result.tracked().getParentCount() == 1
                && result.tracked().getParent(0).equals(Snapshot.of(walk, input).tracked());
    }
}
