package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.workspace.gate.ByteSize;
import dev.kintsugi.server.workspace.gate.Ceilings;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Doubles a memory option in an environment variable, up to its ceiling.
 *
 * @param variables where the option may stand: the first that has it, else the first
 * @param option the option before its size, such as {@code -Xmx}
 * @param start its size where it is not set yet
 */
record GrowMemory(List<String> variables, String option, ByteSize start)
        implements Operation.OnStep {
    /** How often the size is doubled, so that a small heap does not need many failures. */
    static final int MAX_DOUBLINGS = 3;

    GrowMemory {
        variables = List.copyOf(variables);
    }

    @Override
    public List<StepChange> changes(MendRequest request) {
        var env = request.step().env();
        Pattern word = Pattern.compile("(?<!\\S)" + Pattern.quote(option) + "(\\S+)");
        String variable =
                variables.stream()
                        .filter(name -> word.matcher(env.getOrDefault(name, "")).find())
                        .findFirst()
                        .orElse(variables.getFirst());
        String current = env.getOrDefault(variable, "").strip();
        Matcher set = word.matcher(current);
        boolean isSet = set.find();
        long ceiling = Ceilings.memory(option, request.memoryBytes());
        ByteSize size = isSet ? Ceilings.size(option, set.group(1)).orElse(start) : start;
        var changes = new ArrayList<StepChange>();
        for (int i = 0; i < MAX_DOUBLINGS; i++) {
            // an unset option starts at its first size
            ByteSize next = !isSet && i == 0 ? size : size.doubledTo(ceiling);
            if (next.bytes() > ceiling || isSet && next.bytes() <= size.bytes()) {
                break;
            }
            changes.add(change(variable, current, next));
            size = next;
            isSet = true;
        }
        return changes;
    }

    private StepChange change(String variable, String current, ByteSize size) {
        String word = option + Ceilings.written(option, size);
        String before = current.replaceAll("(?<!\\S)" + Pattern.quote(option) + "\\S+", "");
        String value = (before.strip() + " " + word).strip().replaceAll("\\s+", " ");
        return new StepChange(new TreeMap<>(Map.of(variable, value)), null);
    }
}
