package dev.kintsugi.server.run.machine;

import java.util.List;

/** What follows from an event. */
public record Decision(RunState state, List<RunAction> actions) {
    public Decision {
        actions = List.copyOf(actions);
    }
}
