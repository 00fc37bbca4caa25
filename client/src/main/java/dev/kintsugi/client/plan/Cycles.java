package dev.kintsugi.client.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Cycles of a graph of needs, found by depth-first search without recursion (a plan may be one
 * chain of 10,000 steps), and an order in which every step comes after its needs.
 */
final class Cycles {
    /** Most steps of one cycle that are printed. */
    static final int MAX_SHOWN = 20;

    /** More are not looked for: breaking one usually breaks others. */
    private static final int MAX_CYCLES = 10;

    private static final byte NEW = 0;
    private static final byte OPEN = 1;
    private static final byte DONE = 2;

    private final List<List<Integer>> needs;
    private final byte[] state;
    private final int[] next;
    private final List<Integer> path = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final List<List<Integer>> found = new ArrayList<>();

    Cycles(List<List<Integer>> needs) {
        this.needs = needs;
        state = new byte[needs.size()];
        next = new int[needs.size()];
        for (int root = 0; root < needs.size(); root++) {
            visit(root);
        }
    }

    /** Each cycle as the steps along it, each needing the one that follows. */
    List<List<Integer>> found() {
        return found;
    }

    /** Every step after its needs; meaningful when there is no cycle. */
    List<Integer> inOrder() {
        return order;
    }

    private void visit(int root) {
        if (state[root] != NEW) {
            return;
        }
        open(root);
        while (!path.isEmpty()) {
            int step = path.getLast();
            if (next[step] == needs.get(step).size()) {
                state[step] = DONE;
                order.add(path.removeLast());
                continue;
            }
            int need = needs.get(step).get(next[step]++);
            if (state[need] == NEW) {
                open(need);
            } else if (state[need] == OPEN && found.size() < MAX_CYCLES) {
                found.add(List.copyOf(path.subList(path.indexOf(need), path.size())));
            }
        }
    }

    private void open(int step) {
        state[step] = OPEN;
        path.add(step);
    }
}
