package dev.kintsugi.client.plan;

import java.util.List;

/** What came of reading a plan. */
public sealed interface PlanReading {

    /**
     * The plan can be run.
     *
     * @param plan with every default filled in
     * @param warnings what is allowed and yet probably not meant
     */
    record Accepted(Plan plan, List<Problem> warnings) implements PlanReading {
        public Accepted {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The plan cannot be run.
     *
     * @param problems at least one, in the order of the text; at most {@link
     *     PlanReader#MAX_PROBLEMS}, the last one saying how many more there are
     */
    record Rejected(List<Problem> problems) implements PlanReading {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }
}
