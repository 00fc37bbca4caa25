package dev.kintsugi.server.run;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.StaleLeaseException;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.Hand;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.waiting.WaitChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One transaction of the engine: takes up what arrived, a turn for each run it is about, writes
 * what follows, and hands workers their next tasks.
 */
final class Batch {
    private static final Comparator<RunStore.NewRun> BY_SUBMISSION =
            Comparator.<RunStore.NewRun, String>comparing(fresh -> fresh.row().tenant())
                    .thenComparing(fresh -> requireNonNull(fresh.row().submission()));

    private final RunPorts ports;
    private final RunEngine engine;
    private final Writes writes = new Writes();
    private final Map<String, Turn> turns = new TreeMap<>();

    /** Runs that only newer servers can take up: what is heard of them waits in their inboxes. */
    private final Map<String, RunRow> newer = new TreeMap<>();

    private final List<Runnable> afterwards = new ArrayList<>();

    Batch(RunPorts ports, RunEngine engine) {
        this.ports = ports;
        this.engine = engine;
    }

    /**
     * Locks runs before leases, as whoever cancels a run's tasks does.
     *
     * @return what is to be done once the transaction is committed
     */
    List<Runnable> take(List<Arrival<?>> arrivals) {
        var entered = enter(arrivals);
        lock(arrivals, entered);
        hear(drained());
        entered.forEach((run, beginning) -> turn(run).take(beginning.accepted()));
        var reports = report(arrivals);
        turns.values().forEach(this::close);
        entered.values().forEach(beginning -> answer(beginning.entry()));
        var hands = hands(reports);
        writes.flush(ports, hands, ports.clock().instant());
        turns.values().forEach(this::keep);
        arrivals.forEach(arrival -> {
            if (arrival instanceof Arrival.Signal signal) {
                afterwards.add(() -> signal.answer().complete(signal.run()));
            }
        });
        return afterwards;
    }

    /** Nobody else knows of a new run before the commit: its row needs no lock and no look. */
    private void lock(List<Arrival<?>> arrivals, Map<String, Beginning> entered) {
        var known = new TreeSet<String>();
        for (var arrival : arrivals) {
            if (!(arrival instanceof Arrival.Entry)) {
                known.add(arrival.run());
            }
        }
        if (!known.isEmpty()) {
            for (var row : ports.store().lock(known).values()) {
                if (engine.knows(row)) {
                    open(row, engine.folded(row));
                } else {
                    newer.put(row.run(), row);
                }
            }
        }
        for (var beginning : entered.values()) {
            var row = beginning.entry().row();
            open(row, engine.beginning(row, beginning.entry().fresh().plan()));
        }
    }

    private void open(RunRow row, Folded folded) {
        turns.put(row.run(), new Turn(ports, writes, row, folded));
    }

    private void answer(Arrival.Entry entry) {
        var seen = turn(entry.run()).seen();
        afterwards.add(() -> entry.answer().complete(new Arrival.Entered(entry.run(), seen)));
    }

    /** A new run that is let in, with its first event. */
    private record Beginning(Arrival.Entry entry, RunAccepted accepted) {}

    /** Adds new runs that are let in, but for those whose submission was taken before. */
    private Map<String, Beginning> enter(List<Arrival<?>> arrivals) {
        var begun = admitted(arrivals);
        if (begun.isEmpty()) {
            return Map.of();
        }
        var added = added(begun);
        var entered = new TreeMap<String, Beginning>();
        for (var beginning : begun) {
            var entry = beginning.entry();
            if (entry.row().submission() == null) {
                writes.begin(entry.fresh().entered());
                entered.put(entry.run(), beginning);
            } else if (added.contains(entry.run())) {
                entered.put(entry.run(), beginning);
            } else {
                var earlier = earlier(entry.row());
                afterwards.add(() -> entry.answer().complete(new Arrival.Entered(earlier, null)));
            }
        }
        openBudgets(entered.values());
        return entered;
    }

    /**
     * Whether a submission was taken before is known once its run is added, in an order that all
     * keep to; others can wait.
     */
    private Set<String> added(List<Beginning> begun) {
        var keyed =
                begun.stream()
                        .map(one -> one.entry().fresh().entered())
                        .filter(fresh -> fresh.row().submission() != null)
                        .sorted(BY_SUBMISSION)
                        .toList();
        return keyed.isEmpty() ? Set.of() : ports.store().add(keyed);
    }

    /** Asks once for each tenant; who came first begins first. */
    private List<Beginning> admitted(List<Arrival<?>> arrivals) {
        var byTenant = new TreeMap<String, List<Arrival.Entry>>();
        for (var arrival : arrivals) {
            if (arrival instanceof Arrival.Entry entry) {
                byTenant.computeIfAbsent(entry.row().tenant(), _ -> new ArrayList<>()).add(entry);
            }
        }
        var begun = new ArrayList<Beginning>();
        byTenant.forEach((tenant, entries) -> admit(tenant, entries, begun));
        return begun;
    }

    private void admit(String tenant, List<Arrival.Entry> all, List<Beginning> begun) {
        var keyed = new TreeMap<String, Arrival.Entry>();
        var entries = all.stream().filter(entry -> isFirst(entry, keyed)).toList();
        var known =
                keyed.isEmpty()
                        ? Set.of()
                        : ports.store().submitted(tenant, keyed.keySet()).keySet();
        var fresh = entries.stream().filter(entry -> !isIn(known, entry)).count();
        var admitted = ports.admission().admit(tenant, Math.toIntExact(fresh));
        var room = admitted.room();
        for (var entry : entries) {
            if (isIn(known, entry) || room-- > 0) {
                var accepted = entry.fresh().accepted().apply(admitted.defaults());
                begun.add(new Beginning(entry, accepted));
            } else {
                var refusal = requireNonNull(admitted.refusal());
                afterwards.add(() -> entry.answer().completeExceptionally(refusal));
            }
        }
    }

    private static boolean isIn(Set<?> known, Arrival.Entry entry) {
        var key = entry.row().submission();
        return key != null && known.contains(key);
    }

    /** A copy of a submission of the same batch hears what the first hears. */
    private static boolean isFirst(Arrival.Entry entry, Map<String, Arrival.Entry> keyed) {
        var key = entry.row().submission();
        var first = key == null ? null : keyed.putIfAbsent(key, entry);
        if (first == null) {
            return true;
        }
        first.answer()
                .whenComplete((entered, failure) -> {
                    if (failure != null) {
                        entry.answer().completeExceptionally(failure);
                    } else {
                        entry.answer().complete(new Arrival.Entered(entered.run(), null));
                    }
                });
        return false;
    }

    private void openBudgets(Collection<Beginning> entered) {
        var opened = new ArrayList<Budgets.Opening>();
        for (var beginning : entered) {
            var limits = beginning.accepted().limits();
            opened.add(
                    new Budgets.Opening(
                            beginning.entry().row().tenant(),
                            beginning.entry().run(),
                            new Budgets.Limits(
                                    limits.timeMillis(), limits.costNanoUsd(), limits.attempts())));
        }
        if (!opened.isEmpty()) {
            ports.budgets().open(opened, ports.clock().instant());
        }
    }

    private String earlier(RunRow row) {
        return ports.store()
                .submitted(row.tenant(), String.valueOf(row.submission()))
                .orElseThrow()
                .run();
    }

    private Turn turn(String run) {
        return requireNonNull(turns.get(run), run);
    }

    private List<RunStore.Posted> drained() {
        var drained = ports.store().drain(Set.copyOf(turns.keySet()), RunEngine.EVENTS_PER_TURN);
        if (drained.size() == RunEngine.EVENTS_PER_TURN) {
            turns.keySet().forEach(run -> afterwards.add(() -> engine.request(run)));
        }
        return drained;
    }

    private void hear(String run, RunEvent event) {
        var left = newer.get(run);
        if (left == null) {
            turn(run).take(event);
        } else {
            ports.store().post(left.tenant(), run, event);
        }
    }

    private void hear(List<RunStore.Posted> posted) {
        posted.forEach(one -> turn(one.run()).take(one.event()));
    }

    /** A report that was taken, and the class that its lease was of. */
    private record Freed(Arrival.Report report, QueueClass queue) {}

    private List<Freed> report(List<Arrival<?>> arrivals) {
        var reports = new LinkedHashMap<Lease, Arrival.Report>();
        for (var arrival : arrivals) {
            if (arrival instanceof Arrival.Report report) {
                var lease = report.completion().lease();
                // the same twice: the first counts; of a run that is gone: none
                var isThere = turns.containsKey(report.run()) || newer.containsKey(report.run());
                if (!isThere || reports.putIfAbsent(lease, report) != null) {
                    refuse(report);
                }
            }
        }
        var ended = ports.queue().finish(List.copyOf(reports.keySet()));
        var taken = new ArrayList<Freed>();
        var late = reports.keySet().stream().filter(lease -> !ended.containsKey(lease)).toList();
        var cancelled = ports.queue().settleCancelled(late);
        reports.forEach((lease, report) -> {
            var task = ended.get(lease);
            var unwanted = cancelled.get(lease);
            if (unwanted != null) {
                stopped(unwanted, report);
            } else if (task == null) {
                refuse(report);
            } else {
                hear(report.run(), event(task, report));
                taken.add(new Freed(report, task.queue()));
            }
        });
        return taken;
    }

    /** What it did is not wanted; what it cost counts, and its worker is at it no more. */
    private void stopped(Task task, Arrival.Report report) {
        if (RunMachine.isUnderLocks(task.kind())) {
            writes.change(new WaitChange.Stopped(task.tenant(), task.run(), task.key()));
        }
        if (usage(report).costNanoUsd() > 0) {
            hear(report.run(), lateCost(task, report));
            afterwards.add(() -> report.answer().complete(List.of()));
        } else {
            refuse(report);
        }
    }

    private static Usage usage(Arrival.Report report) {
        return report.completion().result().usage();
    }

    private static RunEvent lateCost(Task task, Arrival.Report report) {
        return new LateCost(task.kind(), task.step(), task.attempt(), usage(report));
    }

    private static RunEvent event(TaskStore.Ended ended, Arrival.Report report) {
        return TaskEvents.of(ended.task(), report.completion().result(), ended.receipt());
    }

    private void refuse(Arrival.Report report) {
        var stale = new StaleLeaseException(report.completion().lease());
        afterwards.add(() -> report.answer().completeExceptionally(stale));
    }

    private void close(Turn turn) {
        var after = turn.end();
        afterwards.add(() -> engine.remember(turn.row().run(), after));
        afterwards.addAll(turn.afterwards());
    }

    private void keep(Turn turn) {
        engine.keep(turn.row(), turn.before(), turn.seen().folded());
    }

    /** The slots that those whose reports were taken have free now; they are told what comes. */
    private List<Hand> hands(List<Freed> ended) {
        var hands = new ArrayList<Hand>();
        for (var freed : ended) {
            var report = freed.report();
            var next = report.completion().next();
            // it wants nothing of the class of which a lease ended: only there is room
            if (next.max() < 1 || next.slots().getOrDefault(freed.queue(), 0) < 1) {
                afterwards.add(() -> report.answer().complete(List.of()));
            } else {
                var hand = new Hand(one(next, freed.queue()));
                hands.add(hand);
                afterwards.add(() -> report.answer().complete(hand.given()));
            }
        }
        return hands;
    }

    private static LeaseRequest one(LeaseRequest next, QueueClass queue) {
        var slot = new TreeMap<QueueClass, Integer>();
        slot.put(queue, 1);
        return new LeaseRequest(
                next.worker(), next.tenant(), slot, next.kinds(), next.agents(), 1, Duration.ZERO);
    }
}
