package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunRow;
import dev.kintsugi.server.run.RunStore;
import dev.kintsugi.server.run.machine.Envelope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Right stores with one method replaced by a wrong one. */
final class Bugs {
    private Bugs() {}

    /** What stands in for a method. */
    private interface Wrong {
        @Nullable Object call(Object[] arguments);
    }

    /** Ends and renews whatever lease the task has now, as if the token were not compared. */
    static TaskStore withoutFence(TaskStore right) {
        var newest = new HashMap<String, Lease>();
        Wrong claim = claimed(right::claim, task -> newest.put(task.task().key(), task.lease()));
        Wrong handOver =
                claimed(right::handOver, task -> newest.put(task.task().key(), task.lease()));
        Wrong finish =
                arguments -> {
                    var finished = new HashMap<Lease, TaskStore.Ended>();
                    for (var one : (List<?>) arguments[0]) {
                        var lease = (Lease) one;
                        right.finish(
                                        List.of(newest.getOrDefault(lease.key(), lease)),
                                        (Instant) arguments[1],
                                        (TaskStore.End) arguments[2])
                                .values()
                                .forEach(task -> finished.put(lease, task));
                    }
                    return finished;
                };
        Wrong renew =
                arguments ->
                        eachAlone(
                                (List<?>) arguments[1],
                                lease ->
                                        right.renew(
                                                (String) arguments[0],
                                                List.of(newest.getOrDefault(lease.key(), lease)),
                                                (Instant) arguments[2],
                                                (Instant) arguments[3]));
        return replacing(
                TaskStore.class,
                right,
                Map.of("claim", claim, "handOver", handOver, "finish", finish, "renew", renew));
    }

    /** A lease runs out so long after it was acquired, renewed or not. */
    static TaskStore withoutRenewal(TaskStore right) {
        var expiry = new HashMap<Lease, Instant>();
        Wrong claim = claimed(right::claim, task -> expiry.put(task.lease(), task.expiresAt()));
        Wrong renew =
                arguments ->
                        eachAlone(
                                (List<?>) arguments[1],
                                lease ->
                                        right.renew(
                                                (String) arguments[0],
                                                List.of(lease),
                                                (Instant) arguments[2],
                                                expiry.getOrDefault(
                                                        lease, (Instant) arguments[3])));
        Wrong handOver =
                claimed(right::handOver, task -> expiry.put(task.lease(), task.expiresAt()));
        return replacing(
                TaskStore.class,
                right,
                Map.of("claim", claim, "handOver", handOver, "renew", renew));
    }

    private interface Claim {
        List<LeasedTask> of(LeaseRequest request, Instant now, Instant expiresAt);
    }

    /** The right claim, with each task shown on its way. */
    private static Wrong claimed(Claim right, Consumer<LeasedTask> seen) {
        return arguments -> {
            var claimed =
                    right.of(
                            (LeaseRequest) arguments[0],
                            (Instant) arguments[1],
                            (Instant) arguments[2]);
            claimed.forEach(seen);
            return claimed;
        };
    }

    private interface Renewal {
        List<LostLease> of(Lease lease);
    }

    private static List<LostLease> eachAlone(List<?> leases, Renewal renewal) {
        var lost = new ArrayList<LostLease>();
        for (var one : leases) {
            var lease = (Lease) one;
            renewal.of(lease).forEach(gone -> lost.add(new LostLease(lease, gone.reason())));
        }
        return lost;
    }

    /** What was drained stays drained when the turn rolls back. */
    static RunStore drainedForGood(RunStore right) {
        var gone = Collections.newSetFromMap(new IdentityHashMap<RunEvent, Boolean>());
        Wrong drain =
                arguments -> {
                    var runs = new TreeSet<String>();
                    ((Set<?>) arguments[0]).forEach(run -> runs.add((String) run));
                    return right.drain(runs, (Integer) arguments[1]).stream()
                            .filter(posted -> gone.add(posted.event()))
                            .toList();
                };
        return replacing(RunStore.class, right, Map.of("drain", drain));
    }

    /** Killed work comes back: what is cancelled stays in the queue. */
    static TaskStore withoutCancelling(TaskStore right) {
        return replacing(TaskStore.class, right, Map.of("cancel", _ -> null));
    }

    /** Nobody knows that a worker may still be at what was cancelled: its locks pass on at once. */
    static TaskStore withoutKnowingWhoIsAtWork(TaskStore right) {
        return replacing(TaskStore.class, right, Map.of("atWork", _ -> List.of()));
    }

    /** Two servers sweep at once: each takes back what the other has just taken back, too. */
    static TaskStore sweptByTwo(TaskStore right) {
        var seen = new ArrayList<TaskStore.Ended>();
        Wrong expire =
                arguments -> {
                    var expired = right.expire((Instant) arguments[0], (Integer) arguments[1]);
                    var all = new ArrayList<>(seen);
                    all.addAll(expired);
                    seen.clear();
                    seen.addAll(expired);
                    return all;
                };
        return replacing(TaskStore.class, right, Map.of("expire", expire));
    }

    /** Nobody looks for inboxes that were left behind: a lost wake-up stays lost. */
    static RunStore withoutLooking(RunStore right) {
        return replacing(RunStore.class, right, Map.of("pending", _ -> List.of()));
    }

    /** An upgraded server takes every other turn, and goes by the newest rules that it knows. */
    static RunStore underNewestRules(RunStore right) {
        return underRules(right, Envelope.CURRENT_RULES);
    }

    /** A server that is not upgraded yet takes every other turn: it knows the first rules alone. */
    static RunStore underFirstRules(RunStore right) {
        return underRules(right, Envelope.FIRST_RULES);
    }

    private static RunStore underRules(RunStore right, int rules) {
        var turns = new AtomicInteger();
        Wrong lock =
                arguments -> {
                    var runs = new TreeSet<String>();
                    ((Set<?>) arguments[0]).forEach(run -> runs.add((String) run));
                    var locked = right.lock(runs);
                    if (turns.incrementAndGet() % 2 == 0) {
                        locked.replaceAll((_, row) -> under(row, rules));
                    }
                    return locked;
                };
        return replacing(RunStore.class, right, Map.of("lock", lock));
    }

    private static RunRow under(RunRow row, int rules) {
        return new RunRow(
                row.tenant(),
                row.run(),
                row.name(),
                row.status(),
                rules,
                row.seq(),
                row.mac(),
                row.createdAt(),
                row.finishedAt(),
                row.submission(),
                row.home(),
                row.waitingFor(),
                row.parent());
    }

    /** A budget is read, checked and written back: what is settled in between is lost. */
    static Budgets checkedThenActedOn(Budgets right) {
        var read = new HashMap<String, Budgets.Standing>();
        Wrong reserve =
                given -> {
                    var run = (String) given[0];
                    var kind = (Budgets.Kind) given[1];
                    var seen = right.standing(run, kind);
                    var amount = (Long) given[2];
                    var fits = right.reserve(run, kind, amount, (Instant) given[3]);
                    if (fits) {
                        read.put(
                                run + kind,
                                new Budgets.Standing(seen.used(), seen.reserved() + amount));
                    }
                    return fits;
                };
        Wrong settle =
                given -> {
                    var run = (String) given[0];
                    var kind = (Budgets.Kind) given[1];
                    var now = (Instant) given[4];
                    right.settle(run, kind, (Long) given[2], (Long) given[3], now);
                    var written = read.remove(run + kind);
                    if (written != null) {
                        var at = right.standing(run, kind);
                        right.settle(
                                run,
                                kind,
                                at.reserved() - written.reserved(),
                                written.used() - at.used(),
                                now);
                    }
                    return null;
                };
        return replacing(Budgets.class, right, Map.of("reserve", reserve, "settle", settle));
    }

    /** A plan of which nobody reads how many repair attempts it allows. */
    static String withoutAttempts(String plan) {
        return plan.replaceAll("attempts: \\d+", "attempts: 10");
    }

    /** A plan of which nobody reads how long its run may work. */
    static String withoutTime(String plan) {
        return plan.replaceAll("time: \\d+s", "time: 24h");
    }

    private static <T> T replacing(Class<T> type, T right, Map<String, Wrong> wrong) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            var replacement = wrong.get(method.getName());
                            if (replacement != null) {
                                return replacement.call(arguments);
                            }
                            try {
                                return method.invoke(right, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }
}
