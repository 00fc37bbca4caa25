package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Agents that are programs of this machine. One is run as the command of a step is: its input comes
 * on standard input, its result goes to {@code $KINTSUGI_OUTPUT}, what it prints is the log.
 *
 * @param programs by the agent's name
 * @param inputs what the agent of a lease gets
 */
public record AgentPrograms(SortedMap<String, Path> programs, Function<Lease, JsonNode> inputs) {
    /** Where the input lies, in the folder that the program starts in. */
    static final String INPUT = "input.json";

    /** None at all. */
    public static final AgentPrograms NONE =
            new AgentPrograms(
                    Collections.emptySortedMap(),
                    _ -> {
                        throw new IllegalStateException("there are no agents");
                    });

    public AgentPrograms {
        programs = Collections.unmodifiableSortedMap(new TreeMap<>(programs));
    }

    /** The command that runs a program on its input. */
    static String command(Path program) {
        return "'%s' < %s".formatted(program.toString().replace("'", "'\\''"), INPUT);
    }
}
