package dev.kintsugi.client.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The DAG of a plan's steps by their indexes in the plan. Immutable; every list is in the order of
 * the plan, so that equal plans give equal answers. Built in time linear in steps and needs, and
 * without recursion: a plan may be one chain of 10,000 steps.
 */
public final class PlanGraph {
    private final List<Step> steps;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final int[][] needs;
    private final int[][] dependents;

    private PlanGraph(List<Step> steps) {
        this.steps = steps;
        for (Step step : steps) {
            if (indexes.putIfAbsent(step.id(), indexes.size()) != null) {
                throw new IllegalArgumentException("step ids must be unique, twice: " + step.id());
            }
        }
        needs = new int[steps.size()][];
        int[] counts = new int[steps.size()];
        for (int i = 0; i < needs.length; i++) {
            needs[i] = steps.get(i).needs().stream().mapToInt(this::index).toArray();
            for (int need : needs[i]) {
                counts[need]++;
            }
        }
        dependents = new int[steps.size()][];
        Arrays.setAll(dependents, i -> new int[counts[i]]);
        for (int i = needs.length - 1; i >= 0; i--) {
            for (int need : needs[i]) {
                dependents[need][--counts[need]] = i;
            }
        }
    }

    /**
     * The graph of a plan.
     *
     * @throws IllegalArgumentException when ids are not unique or needs name no step; plans made by
     *     {@link PlanReader} are free of this and of cycles
     */
    public static PlanGraph of(Plan plan) {
        return of(plan.steps());
    }

    /** The graph of these steps; see {@link #of(Plan)}. */
    public static PlanGraph of(List<Step> steps) {
        return new PlanGraph(List.copyOf(steps));
    }

    public int size() {
        return steps.size();
    }

    public Step step(int index) {
        return steps.get(index);
    }

    /**
     * The index of a step.
     *
     * @throws IllegalArgumentException when there is no such step
     */
    public int index(String id) {
        Integer index = indexes.get(id);
        if (index == null) {
            throw new IllegalArgumentException("the plan has no step \"" + id + "\"");
        }
        return index;
    }

    /** Indexes of the steps that this one needs itself, in the order it lists them. */
    public List<Integer> needs(int index) {
        return Arrays.stream(needs[index]).boxed().toList();
    }

    /** Indexes of the steps that need this one themselves. */
    public List<Integer> dependents(int index) {
        return Arrays.stream(dependents[index]).boxed().toList();
    }

    /** Indexes of all steps that must have succeeded before this one can start; not itself. */
    public List<Integer> transitiveNeeds(int index) {
        var reached = reach(needs, index);
        reached.clear(index);
        return reached.stream().boxed().toList();
    }

    /** Indexes of all steps that a change of this one concerns: itself and all that build on it. */
    public List<Integer> impacted(int index) {
        return reach(dependents, index).stream().boxed().toList();
    }

    /**
     * The steps in layers: the first needs nothing, each later one only what is in layers before
     * it. What stands in one layer can run at the same time.
     *
     * @throws IllegalArgumentException when there is a cycle
     */
    public List<List<Integer>> layers() {
        int[] missing = Arrays.stream(needs).mapToInt(list -> list.length).toArray();
        var layers = new ArrayList<List<Integer>>();
        var ready = new BitSet(size());
        for (int i = 0; i < missing.length; i++) {
            ready.set(i, missing[i] == 0);
        }
        int placed = 0;
        while (!ready.isEmpty()) {
            var layer = ready.stream().boxed().toList();
            layers.add(layer);
            placed += layer.size();
            ready.clear();
            for (int done : layer) {
                for (int dependent : dependents[done]) {
                    if (--missing[dependent] == 0) {
                        ready.set(dependent);
                    }
                }
            }
        }
        if (placed < size()) {
            throw new IllegalArgumentException("the plan's needs have a cycle");
        }
        return layers;
    }

    /** Everything reached from a step along the edges, itself included. */
    private BitSet reach(int[][] edges, int from) {
        var reached = new BitSet(size());
        var open = new int[size()];
        int count = 0;
        open[count++] = from;
        reached.set(from);
        while (count > 0) {
            for (int next : edges[open[--count]]) {
                if (!reached.get(next)) {
                    reached.set(next);
                    open[count++] = next;
                }
            }
        }
        return reached;
    }
}
