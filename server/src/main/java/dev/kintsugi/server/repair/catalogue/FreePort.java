package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Moves a step to one of the next ports, where it declares its port in a variable.
 *
 * @param variable the variable
 */
record FreePort(String variable) implements Operation.OnStep {
    /** How many ports are tried. */
    static final int MAX_TRIES = 3;

    private static final int LAST_PORT = 65_535;

    @Override
    public List<StepChange> changes(MendRequest request) {
        int port = Places.number(request.step().env().getOrDefault(variable, ""));
        if (port < 0) {
            return List.of();
        }
        return IntStream.rangeClosed(port + 1, Math.min(port + MAX_TRIES, LAST_PORT))
                .mapToObj(next -> Map.of(variable, String.valueOf(next)))
                .map(env -> new StepChange(new TreeMap<>(env), null))
                .toList();
    }
}
