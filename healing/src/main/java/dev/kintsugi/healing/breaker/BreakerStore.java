package dev.kintsugi.healing.breaker;

import java.time.Instant;
import java.util.List;

/**
 * Keeps a node's breakers beyond its process, and tells what other nodes see of the same
 * components. Called on threads of its own, never within a call, and may block: a breaker whose
 * store fails goes on by itself. Safe for use by many threads.
 *
 * <p>Every node keeps a state of its own, by what happened to its own calls: one sick node cannot
 * open the others' breakers. What most nodes see alone opens them all. When a node's breaker opened
 * is told by its clock, as of when the breaker was made: give nodes one clock that they agree on.
 */
public interface BreakerStore {

    /** What this node saved last of a component's breaker; closed when there is nothing. */
    BreakerState load(String component);

    /**
     * Keeps this node's state, and tells what all nodes that were heard of lately see. Asked at
     * each change of phase, and every second in which calls were asked for: a node that is idle
     * sees nothing.
     */
    Votes save(String component, BreakerState state);

    /** Keeps nothing and knows of no other node. */
    static BreakerStore none() {
        return Alone.STORE;
    }

    /**
     * What the nodes see of one component.
     *
     * @param nodes how many there are, this one included; at least 1
     * @param opened since when the breakers of those are open that are
     */
    record Votes(int nodes, List<Instant> opened) {
        public Votes {
            opened = List.copyOf(opened);
            if (nodes < 1 || opened.size() > nodes) {
                throw new IllegalArgumentException(
                        "nodes must be in [%d, %d], was %d"
                                .formatted(Math.max(1, opened.size()), Integer.MAX_VALUE, nodes));
            }
        }

        /**
         * Whether more than half of the nodes opened their breakers after the moment given. Asked
         * with the time of a node's own closing, those that are still open from before do not open
         * it again.
         */
        public boolean mostOpenedAfter(Instant moment) {
            return opened.stream().filter(moment::isBefore).count() * 2 > nodes;
        }
    }
}
