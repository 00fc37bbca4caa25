package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.workspace.gate.Ceilings;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Gives a step one and a half times its timeout, and again, up to the ceiling. */
record GrowTimeout() implements Operation.OnStep {

    @Override
    public List<StepChange> changes(MendRequest request) {
        Duration ceiling = Ceilings.timeout(request.step().timeout());
        Duration timeout = request.step().timeout();
        var changes = new ArrayList<StepChange>();
        while (timeout.compareTo(ceiling) < 0) {
            Duration grown = timeout.multipliedBy(3).dividedBy(2);
            timeout = grown.compareTo(ceiling) < 0 ? grown : ceiling;
            changes.add(new StepChange(new TreeMap<>(), timeout));
        }
        return changes;
    }
}
