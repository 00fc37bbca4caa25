package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.server.workspace.gate.Verdict.Reason;
import java.util.ArrayList;
import java.util.List;

/** The reasons found so far against one patch; beyond {@link #MAX} more are not kept. */
final class Findings {
    static final int MAX = 20;

    private final List<Reason> reasons = new ArrayList<>();

    void add(String code, String path, String text) {
        if (reasons.size() < MAX) {
            reasons.add(new Reason(code, path, text));
        }
    }

    boolean none() {
        return reasons.isEmpty();
    }

    Verdict.Refused refusal() {
        return new Verdict.Refused(reasons);
    }
}
