package dev.kintsugi.server.queue;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskStore.Gift;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Puts new tasks in and finds them workers, in one transaction. Where nothing waits and there is a
 * hand for each, they are written as leased at once; else the queue decides, which is fair between
 * tenants. See docs/decisions/0027-tasks-are-dealt.md.
 */
final class Dealer {
    private final Transactions transactions;
    private final TaskStore store;
    private final Collection<Poll> polls;
    private final Wakeups wakeups;
    private final TaskOutcome outcome;

    /**
     * @param polls requests that wait here
     * @param wakeups wakes those who made them
     */
    Dealer(
            Transactions transactions,
            TaskStore store,
            Collection<Poll> polls,
            Wakeups wakeups,
            TaskOutcome outcome) {
        this.transactions = transactions;
        this.store = store;
        this.polls = polls;
        this.wakeups = wakeups;
        this.outcome = outcome;
    }

    /**
     * Deals tasks to freed slots, then to requests that wait.
     *
     * @param announce told the classes of what still waits then, once that is committed
     */
    void deal(
            List<QueuedTask> tasks,
            List<Hand> freed,
            Instant now,
            Consumer<Set<QueueClass>> announce) {
        var classes = new TreeSet<QueueClass>();
        freed.forEach(hand -> classes.addAll(hand.request().slots().keySet()));
        tasks.stream()
                .filter(task -> isReady(task, now))
                .forEach(task -> classes.add(task.queue()));
        var queued = classes.isEmpty() ? classes : store.waiting(classes, now);
        var dealt = new LinkedHashMap<String, Dealing.Dealt>();
        for (var queue : classes) {
            if (!queued.contains(queue)) {
                var ofClass =
                        tasks.stream()
                                .filter(task -> task.queue() == queue && isReady(task, now))
                                .toList();
                var dealing = dealing(queue, ofClass, freed);
                if (dealing.isShort()) {
                    queued.add(queue);
                } else {
                    dealing.dealt().forEach(one -> dealt.put(one.task().task().key(), one));
                }
            }
        }
        give(dealt, now);
        var rest = tasks.stream().filter(task -> !dealt.containsKey(task.task().key())).toList();
        if (!rest.isEmpty()) {
            store.put(rest);
        }
        var claimed = claim(queued, freed, now);
        announce(rest, claimed, announce);
        freed.forEach(this::tell);
    }

    private boolean isReady(QueuedTask task, Instant now) {
        return !task.availableAt().isAfter(now) && store.isHere(task);
    }

    private Dealing dealing(QueueClass queue, List<QueuedTask> tasks, List<Hand> freed) {
        var dealing = new Dealing(queue, tasks);
        dealing.among(freed);
        if (dealing.isOver()) {
            return dealing;
        }
        var many = dealing.dealt().size();
        dealing.among(reserved(queue));
        var more = dealing.dealt().size() - many;
        if (more > 0 && store.free(queue) - many < more) {
            dealing.tooMany();
        }
        return dealing;
    }

    /** Requests that wait for work of the class, until the transaction ends. */
    private List<Hand> reserved(QueueClass queue) {
        var hands = new ArrayList<Hand>();
        for (var poll : polls) {
            if (poll.reserve(queue)) {
                var hand = new Hand(poll.request());
                transactions.afterFailure(() -> serve(poll, List.of()));
                transactions.afterCommit(() -> {
                    serve(poll, hand.given());
                    started(hand);
                });
                hands.add(hand);
            }
        }
        return hands;
    }

    private void serve(Poll poll, List<LeasedTask> tasks) {
        poll.serve(tasks);
        if (!tasks.isEmpty()) {
            wakeups.stir();
        }
    }

    private void give(Map<String, Dealing.Dealt> dealt, Instant now) {
        if (dealt.isEmpty()) {
            return;
        }
        var gifts =
                dealt.values().stream()
                        .map(one -> new Gift(one.task(), one.hand().request().worker()))
                        .toList();
        for (var given : store.give(gifts, now, now.plus(TaskQueue.LEASE))) {
            requireNonNull(dealt.get(given.task().key())).hand().give(given);
        }
    }

    /**
     * Leases what waits in classes in which something did, asking once for each worker.
     *
     * @return keys
     */
    private Set<String> claim(SortedSet<QueueClass> classes, List<Hand> freed, Instant now) {
        var keys = new TreeSet<String>();
        for (var queue : classes) {
            var byWorker = new TreeMap<String, List<Hand>>();
            for (var hand : freed) {
                if (hand.room(queue) > 0) {
                    byWorker.computeIfAbsent(hand.request().worker(), _ -> new ArrayList<>())
                            .add(hand);
                }
            }
            for (var hands : byWorker.values()) {
                var request = together(hands.getFirst().request(), queue, hands.size());
                var leased = store.handOver(request, now, now.plus(TaskQueue.LEASE));
                for (int i = 0; i < leased.size(); i++) {
                    hands.get(i).give(leased.get(i));
                    keys.add(leased.get(i).task().key());
                }
            }
        }
        return keys;
    }

    private static LeaseRequest together(LeaseRequest one, QueueClass queue, int many) {
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(queue, many);
        return new LeaseRequest(
                one.worker(), one.tenant(), slots, one.kinds(), one.agents(), many, Duration.ZERO);
    }

    private void announce(
            List<QueuedTask> put, Set<String> claimed, Consumer<Set<QueueClass>> announce) {
        var classes = EnumSet.noneOf(QueueClass.class);
        put.stream()
                .filter(task -> !claimed.contains(task.task().key()))
                .forEach(task -> classes.add(task.queue()));
        if (!classes.isEmpty()) {
            transactions.afterCommit(() -> announce.accept(classes));
        }
    }

    private void tell(Hand hand) {
        transactions.afterCommit(() -> started(hand));
    }

    private void started(Hand hand) {
        hand.given().forEach(given -> outcome.started(given.task(), hand.request().worker()));
    }
}
