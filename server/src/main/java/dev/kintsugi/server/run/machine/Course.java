package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A plan with its steps by position: who needs whom. Made once per run, immutable. */
public final class Course {
    private final String run;
    private final String tenant;
    private final Plan plan;
    private final SortedMap<String, Integer> positions = new TreeMap<>();
    private final SortedMap<String, String> inputs = new TreeMap<>();
    private final List<List<Integer>> dependents = new ArrayList<>();

    public Course(String run, String tenant, Plan plan) {
        this.run = run;
        this.tenant = tenant;
        this.plan = plan;
        plan.inputs()
                .forEach((name, input) -> {
                    if (input.value() != null) {
                        inputs.put(name, input.value());
                    }
                });
        for (var step : plan.steps()) {
            positions.put(step.id(), positions.size());
            dependents.add(new ArrayList<>());
        }
        for (var step : plan.steps()) {
            for (var need : step.needs()) {
                dependents.get(position(need)).add(position(step.id()));
            }
        }
    }

    public String run() {
        return run;
    }

    public String tenant() {
        return tenant;
    }

    public Plan plan() {
        return plan;
    }

    /** What the run was given, as JSON texts by name. */
    SortedMap<String, String> inputs() {
        return inputs;
    }

    int size() {
        return plan.steps().size();
    }

    Step step(int position) {
        return plan.steps().get(position);
    }

    /** Where the step stands in the plan; -1 for a step that is not in it. */
    public int position(String id) {
        return positions.getOrDefault(id, -1);
    }

    List<Integer> dependents(int position) {
        return dependents.get(position);
    }

    boolean hasWorkspace() {
        return plan.workspace() != null;
    }

    boolean delivers() {
        return hasWorkspace() && plan.deliver() == Plan.Deliver.BRANCH;
    }
}
