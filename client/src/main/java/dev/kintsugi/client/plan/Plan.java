package dev.kintsugi.client.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A DAG of steps with the limits it runs under. Plans are made by {@link PlanReader}, which fills
 * every default.
 *
 * @param name what people call it: 1 to 100 characters
 * @param workspace the git repository it works on; null when it needs none
 * @param deliver what becomes of mended work
 * @param sla the service level it is held to
 * @param budget what it may spend
 * @param gate what a repair may touch
 * @param steps 1 to 10,000 steps in the order written; ids are unique and {@code needs} has no
 *     cycle
 * @param inputs what it is given when it is run, by name; at most {@link Inputs#MAX_INPUTS}
 */
public record Plan(
        String name,
        @Nullable Workspace workspace,
        Deliver deliver,
        Sla sla,
        Budget budget,
        Gate gate,
        List<Step> steps,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Input> inputs) {
    /** Most steps a plan may have. */
    public static final int MAX_STEPS = 10_000;

    public Plan {
        steps = List.copyOf(steps);
        inputs = // plans of earlier versions have none
                Collections.unmodifiableSortedMap(
                        inputs == null ? new TreeMap<>() : new TreeMap<>(inputs));
    }

    /** The same working on another repository. */
    public Plan on(Workspace other) {
        return new Plan(name, other, deliver, sla, budget, gate, steps, inputs);
    }

    /** The same with other inputs. */
    Plan given(SortedMap<String, Input> values) {
        return new Plan(name, workspace, deliver, sla, budget, gate, steps, values);
    }

    /**
     * A git repository.
     *
     * @param git a path or URL
     * @param ref branch, tag or commit; {@code HEAD} by default
     */
    public record Workspace(String git, String ref) {
        private static final Pattern URL =
                Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:.+");

        /** Whether it is elsewhere: a URL, or a host as SSH writes it ({@code git@host:path}). */
        public boolean isUrl() {
            return URL.matcher(git).matches();
        }
    }

    /** What becomes of mended work. */
    public enum Deliver {
        NONE,
        /** As branch {@code kintsugi/<run>} in the repository it came from. */
        BRANCH
    }
}
