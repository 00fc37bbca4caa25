package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.StepReader.Placed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks of a plan's steps against each other: ids, needs, cycles, references. */
final class StepChecks {
    private final List<Placed> steps;
    private final List<References.Use> uses;
    private final Map<String, Integer> indexes = new LinkedHashMap<>();
    private final List<List<Integer>> needs = new ArrayList<>();

    private StepChecks(List<Placed> steps, List<References.Use> uses) {
        this.steps = steps;
        this.uses = uses;
    }

    static void check(List<Placed> steps, List<References.Use> uses) {
        var checks = new StepChecks(steps, uses);
        checks.ids();
        checks.needs();
        var cycles = new Cycles(checks.needs);
        for (var cycle : cycles.found()) {
            checks.tell(cycle);
        }
        if (cycles.found().isEmpty()) {
            checks.order(cycles.inOrder());
        }
    }

    private void ids() {
        for (int i = 0; i < steps.size(); i++) {
            String id = steps.get(i).step().id();
            Integer first = indexes.putIfAbsent(id, i);
            if (first != null && !id.isEmpty()) {
                int line = steps.get(first).id().node().getStartMark().orElseThrow().getLine() + 1;
                steps.get(i)
                        .id()
                        .error(
                                "\"%s\" is given twice: first to steps[%d] in line %d"
                                        .formatted(Place.shown(id), first, line));
            }
        }
        indexes.remove("");
    }

    private void needs() {
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            var seen = new HashSet<String>();
            var indexesOfNeeds = new ArrayList<Integer>();
            for (int n = 0; n < step.needs().size(); n++) {
                String need = step.step().needs().get(n);
                Integer index = indexes.get(need);
                Place place = step.needs().get(n);
                if (need.isEmpty()) {
                    continue;
                }
                if (index == null) {
                    String hint = hint(place, need);
                    place.error("unknown step \"%s\"%s".formatted(Place.shown(need), hint));
                } else if (index == i) {
                    place.error("step \"" + need + "\" needs itself");
                } else if (!seen.add(need)) {
                    place.error("\"" + need + "\" is listed twice");
                } else {
                    indexesOfNeeds.add(index);
                }
            }
            needs.add(indexesOfNeeds);
        }
    }

    private String hint(Place place, String written) {
        return place.problems().nearest().hint(written, indexes.keySet());
    }

    private void tell(List<Integer> cycle) {
        var path = new StringBuilder();
        int shown = Math.min(cycle.size(), Cycles.MAX_SHOWN);
        for (int index : cycle.subList(0, shown)) {
            path.append(steps.get(index).step().id()).append(" -> ");
        }
        if (shown < cycle.size()) {
            path.append("… %,d more -> ".formatted(cycle.size() - shown));
        }
        var first = steps.get(cycle.getFirst());
        path.append(first.step().id());
        int next = cycle.get(1);
        int at = first.step().needs().indexOf(steps.get(next).step().id());
        first.needs().get(at).error("cycle: " + path + "; leave out one of these needs");
    }

    private void order(List<Integer> order) {
        var locks = new LockChecks(steps);
        if (uses.isEmpty() && !locks.anyKept()) {
            return;
        }
        var ancestors = new BitSet[steps.size()];
        for (int index : order) {
            var before = new BitSet(steps.size());
            for (int need : needs.get(index)) {
                before.or(ancestors[need]);
                before.set(need);
            }
            ancestors[index] = before;
        }
        for (var use : uses) {
            tell(use, ancestors[use.step()]);
        }
        locks.check(ancestors);
    }

    private void tell(References.Use use, BitSet before) {
        String id = use.used();
        Integer index = indexes.get(id);
        boolean ofItsOwnUndo = use.place().path().equals("steps[" + use.step() + "].undo");
        if (index == null) {
            String hint = hint(use.place(), id);
            use.place().error("unknown step \"%s\" in a reference%s".formatted(id, hint));
        } else if (!before.get(index) && !(ofItsOwnUndo && index == use.step())) {
            use.place()
                    .error(
                            "uses the outcome of \"%s\", which it does not need: add it to needs"
                                    .formatted(id));
        }
    }
}
