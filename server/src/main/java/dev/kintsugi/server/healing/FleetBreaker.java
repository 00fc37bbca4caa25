package dev.kintsugi.server.healing;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerEvent;
import dev.kintsugi.healing.breaker.BreakerMachine;
import dev.kintsugi.healing.breaker.BreakerMachine.Decision;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One circuit breaker for all processes that call a component, as a pure machine: {@link
 * BreakerMachine}, where closed becomes open only by the word of more than half of the nodes that
 * called lately. So one node that is sick itself does not open it for all, and those that are idle
 * do not keep it closed. Once its timeout has passed, each node's last report is its vote, and most
 * of them must have failed to open it again; until {@link #LATELY} later, those that were heard
 * before it opened are waited for.
 *
 * @param nodes that reported calls in the last {@link #LATELY}, by name
 */
record FleetBreaker(BreakerState state, SortedMap<String, Node> nodes) {
    /** Who reported no call for longer has no say. */
    static final Duration LATELY = Duration.ofSeconds(60);

    /** How many nodes have a say; of more, those heard of last. */
    static final int MOST_NODES = 1_000;

    private static final Comparator<Map.Entry<String, Node>> LEAST_LATELY =
            Comparator.comparing(node -> node.getValue().at());

    FleetBreaker {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    }

    static FleetBreaker closed() {
        return new FleetBreaker(BreakerState.closed(), new TreeMap<>());
    }

    /** The most failures in a row that any node told. */
    int failures() {
        return nodes.values().stream().mapToInt(Node::failures).max().orElse(0);
    }

    /**
     * What follows from a node's report; nothing from one without calls. A report of which half
     * failed is a probe that failed, any other one as many that went well as it has successes.
     *
     * @param failures those that count against the component
     */
    FleetBreaker reported(
            String node, long successes, int failures, Instant at, BreakerConfig config) {
        long calls = successes + failures;
        if (calls == 0) {
            return this;
        }
        var heard = heardLately(at, config);
        return switch (state.phase()) {
            case CLOSED -> {
                Node before = heard.getOrDefault(node, Node.fresh(at));
                heard.put(node, before.reported(calls, failures, at, config.failureThreshold()));
                yield mostFindItFailing(heard, config)
                        ? moved(heard, called(state, false, at, config.withFailureThreshold(1)), at)
                        : new FleetBreaker(state, heard);
            }
            case OPEN, HALF_OPEN -> {
                boolean failed = isProbed(at, config) && Node.isOften(failures, calls);
                heard.put(node, Node.probed(failed, at));
                yield moved(
                        heard,
                        mostFindItFailing(heard, config)
                                ? called(state, false, at, config)
                                : succeeded(failed ? 0 : successes, at, config),
                        at);
            }
        };
    }

    /** Closes it and forgets what was counted. */
    FleetBreaker reset(Instant at, BreakerConfig config) {
        var closed = BreakerMachine.decide(state, new BreakerEvent.Reset(at), config).state();
        return new FleetBreaker(closed, forgiven(nodes, at));
    }

    private static boolean mostFindItFailing(SortedMap<String, Node> heard, BreakerConfig config) {
        long failing =
                heard.values().stream()
                        .filter(node -> node.findsItFailing(config.failureThreshold()))
                        .count();
        return 2 * failing > heard.size();
    }

    private boolean isProbed(Instant at, BreakerConfig config) {
        return BreakerMachine.decide(state, new BreakerEvent.Asked(at), config).permitted();
    }

    private BreakerState succeeded(long successes, Instant at, BreakerConfig config) {
        BreakerState next = state;
        long counted = Math.min(successes, config.successThreshold());
        for (long call = 0; call < counted && next.phase() != BreakerPhase.CLOSED; call++) {
            next = called(next, true, at, config);
        }
        return next;
    }

    /** What was told before it opened or closed says nothing of what comes after. */
    private FleetBreaker moved(SortedMap<String, Node> heard, BreakerState next, Instant at) {
        boolean stays = Objects.equals(next.openedAt(), state.openedAt());
        return new FleetBreaker(next, stays ? heard : forgiven(heard, at));
    }

    /** A call that was asked for and came to its end; unchanged where it would not be permitted. */
    private static BreakerState called(
            BreakerState state, boolean success, Instant at, BreakerConfig config) {
        Decision asked = BreakerMachine.decide(state, new BreakerEvent.Asked(at), config);
        if (!asked.permitted()) {
            return state;
        }
        BreakerEvent outcome =
                success
                        ? new BreakerEvent.Succeeded(at, asked.permit())
                        : new BreakerEvent.Failed(at, asked.permit());
        return BreakerMachine.decide(asked.state(), outcome, config).state();
    }

    /**
     * While it is open nobody is asked to call, so that silence before its timeout is no silence.
     */
    private TreeMap<String, Node> heardLately(Instant at, BreakerConfig config) {
        Instant openedAt = state.openedAt();
        Instant asked = openedAt == null ? Instant.MIN : openedAt.plus(config.timeout());
        var heard = new TreeMap<>(nodes);
        heard.values()
                .removeIf(node ->
                        node.at().plus(LATELY).isBefore(at) && asked.plus(LATELY).isBefore(at));
        while (heard.size() >= MOST_NODES) {
            heard.remove(Collections.min(heard.entrySet(), LEAST_LATELY).getKey());
        }
        return heard;
    }

    private static SortedMap<String, Node> forgiven(SortedMap<String, Node> nodes, Instant at) {
        var forgiven = new TreeMap<>(nodes);
        forgiven.replaceAll((_, _) -> Node.fresh(at));
        return forgiven;
    }
}
