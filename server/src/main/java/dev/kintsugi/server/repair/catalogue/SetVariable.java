package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.util.List;
import java.util.SortedMap;

/** Sets variables of the step's environment, unless all of them are so. */
record SetVariable(SortedMap<String, String> env) implements Operation.OnStep {

    @Override
    public List<StepChange> changes(MendRequest request) {
        boolean same = request.step().env().entrySet().containsAll(env.entrySet());
        return same ? List.of() : List.of(new StepChange(env, null));
    }
}
