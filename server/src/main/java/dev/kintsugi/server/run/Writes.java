package dev.kintsugi.server.run;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.Hand;
import dev.kintsugi.server.queue.QueuedTask;
import dev.kintsugi.server.run.RunStore.Entry;
import dev.kintsugi.server.run.RunStore.Head;
import dev.kintsugi.server.run.RunStore.NewRun;
import dev.kintsugi.server.run.RunStore.RepairCount;
import dev.kintsugi.server.run.RunStore.Spent;
import dev.kintsugi.server.run.RunStore.Timer;
import dev.kintsugi.server.run.RunStore.TimerName;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.waiting.WaitChange;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the turns of one transaction write, gathered so that each table is written once. */
final class Writes {
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, NewRun> begun = new TreeMap<>();
    private final List<Head> heads = new ArrayList<>();
    private final Map<String, QueuedTask> tasks = new LinkedHashMap<>();
    private final List<String> cancelled = new ArrayList<>();
    private final Map<TimerName, Timer> started = new LinkedHashMap<>();
    private final Map<TimerName, TimerName> stopped = new LinkedHashMap<>();
    private final List<RepairCount> repairs = new ArrayList<>();
    private final Map<String, Long> spent = new TreeMap<>();
    private final List<WaitChange> waits = new ArrayList<>();
    private final Map<String, Budgets.Worked> worked = new TreeMap<>();

    void append(Entry entry) {
        entries.add(entry);
    }

    /** Adds the run as it stands after its first turn. */
    void begin(NewRun run) {
        begun.put(run.row().run(), run);
    }

    void head(Head head) {
        var fresh = begun.get(head.row().run());
        if (fresh == null) {
            heads.add(head);
        } else {
            begun.put(head.row().run(), new NewRun(head.row(), fresh.plan(), head.view()));
        }
    }

    void count(RepairCount repair) {
        repairs.add(repair);
    }

    /** One that was lost twice is put in once, as it was put in last. */
    void put(QueuedTask task) {
        tasks.put(task.task().key(), task);
    }

    /** Those that were put in just now never reach the queue. */
    void cancel(List<String> keys) {
        keys.forEach(tasks::remove);
        cancelled.addAll(keys);
    }

    void start(Timer timer) {
        stopped.remove(timer.name());
        started.put(timer.name(), timer);
    }

    void stop(TimerName timer) {
        started.remove(timer);
        stopped.put(timer, timer);
    }

    void change(WaitChange change) {
        waits.add(change);
    }

    /** The run's working time begins to run, or has stopped. */
    void worked(String run, Budgets.Worked time) {
        worked.put(run, time);
    }

    void spent(String tenant, long nanoUsd) {
        spent.merge(tenant, nanoUsd, Math::addExact);
    }

    /**
     * Steps that give back while a worker may be at them; under their locks is done what does,
     * repeats or undoes them.
     */
    private List<WaitChange.AtWork> atWork(RunPorts ports) {
        var givingBack = new TreeSet<String>();
        for (var change : waits) {
            switch (change) {
                case WaitChange.GivenBack back -> givingBack.add(back.run());
                case WaitChange.AllGivenBack back -> givingBack.add(back.run());
                case WaitChange.Asked _, WaitChange.Stopped _ -> {}
            }
        }
        return ports.queue().atWork(List.copyOf(givingBack)).stream()
                .filter(one -> RunMachine.isUnderLocks(one.task().kind()))
                .map(one -> atWork(one.task(), one.until()))
                .toList();
    }

    private static WaitChange.AtWork atWork(Task task, Instant until) {
        return new WaitChange.AtWork(task.run(), task.step(), task.key(), until);
    }

    /**
     * Writes everything.
     *
     * @param freed slots that are given tasks
     */
    void flush(RunPorts ports, List<Hand> freed, Instant now) {
        var store = ports.store();
        if (!begun.isEmpty()) {
            store.add(List.copyOf(begun.values()));
        }
        if (!entries.isEmpty()) {
            store.append(entries);
        }
        if (!heads.isEmpty()) {
            store.save(heads);
        }
        if (!repairs.isEmpty()) {
            store.count(repairs);
        }
        if (!started.isEmpty()) {
            store.startTimers(List.copyOf(started.values()));
        }
        if (!stopped.isEmpty()) {
            store.stopTimers(List.copyOf(stopped.values()));
        }
        if (!worked.isEmpty()) {
            ports.budgets().worked(worked, now);
        }
        ports.queue().cancel(cancelled);
        if (!waits.isEmpty()) {
            ports.waits()
                    .take(waits, atWork(ports)); // late: the tenant's lock is kept until the commit
        }
        ports.queue().deal(List.copyOf(tasks.values()), freed); // late: it may lock a class
        if (!spent.isEmpty()) { // last, as others wait for these rows; by tenant, so that none wait
            // in a ring
            var day = LocalDate.ofInstant(now, ZoneOffset.UTC);
            store.spend(
                    spent.entrySet().stream()
                            .map(one -> new Spent(one.getKey(), day, one.getValue()))
                            .toList());
        }
    }
}
