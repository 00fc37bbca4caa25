package dev.kintsugi.server.run;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import dev.kintsugi.server.waiting.WaitingRuns.Standing;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Runs in memory, for simulations. */
public final class MemoryRunStore implements RunStore {
    private final Cell<PSortedMap<String, NewRun>> runs;
    private final Cell<PSortedMap<String, PVector<RunEvent>>> inboxes;
    private final Cell<PSortedMap<String, PVector<LoggedEvent>>> logs;
    private final Cell<PSortedMap<String, Timer>> timers;
    private final Cell<PSortedMap<String, Snapshot>> snapshots;
    private final Cell<PSortedMap<String, Long>> spent;

    public MemoryRunStore(MemoryTransactions transactions) {
        runs = transactions.cell(TreePMap.empty());
        inboxes = transactions.cell(TreePMap.empty());
        logs = transactions.cell(TreePMap.empty());
        timers = transactions.cell(TreePMap.empty());
        snapshots = transactions.cell(TreePMap.empty());
        spent = transactions.cell(TreePMap.empty());
    }

    @Override
    public Set<String> add(List<NewRun> added) {
        var ids = new TreeSet<String>();
        for (var run : added) {
            var row = run.row();
            if (row.submission() == null || submitted(row.tenant(), row.submission()).isEmpty()) {
                runs.set(runs.get().plus(row.run(), run));
                ids.add(row.run());
            }
        }
        return ids;
    }

    /** Transactions run one at a time, so there is nothing to lock. */
    @Override
    public SortedMap<String, RunRow> lock(SortedSet<String> ids) {
        var locked = new TreeMap<String, RunRow>();
        ids.forEach(run -> find(run).ifPresent(row -> locked.put(run, row)));
        return locked;
    }

    @Override
    public Optional<RunRow> find(String run) {
        return Optional.ofNullable(runs.get().get(run)).map(NewRun::row);
    }

    @Override
    public Optional<RunRow> submitted(String tenant, String submission) {
        return runs.get().values().stream()
                .map(NewRun::row)
                .filter(run -> run.tenant().equals(tenant) && submission.equals(run.submission()))
                .findFirst();
    }

    /** Nothing is swept here. */
    @Override
    public void keepContents(String tenant, String text) {}

    @Override
    public List<String> descendants(String tenant, String run, int max) {
        var below = new TreeSet<>(List.of(run));
        var going = new TreeSet<String>();
        boolean more;
        do {
            more = false;
            for (var added : runs.get().values()) {
                var row = added.row();
                if (row.tenant().equals(tenant)
                        && row.parent() != null
                        && below.contains(row.parent())
                        && below.add(row.run())) {
                    more = true;
                    if (row.finishedAt() == null) {
                        going.add(row.run());
                    }
                }
            }
        } while (more);
        return going.stream().limit(max).toList();
    }

    @Override
    public String plan(String run) {
        return requireNonNull(runs.get().get(run), run).plan();
    }

    @Override
    public List<String> views(
            String tenant, @Nullable String status, @Nullable String before, int max) {
        var newestFirst =
                Comparator.<NewRun, Instant>comparing(run -> run.row().createdAt())
                        .thenComparing(run -> run.row().run())
                        .reversed();
        var last = before == null ? null : runs.get().get(before);
        return runs.get().values().stream()
                .filter(run -> run.row().tenant().equals(tenant))
                .filter(run ->
                        status == null
                                || run.row()
                                        .status()
                                        .name()
                                        .toLowerCase(Locale.ROOT)
                                        .equals(status))
                .sorted(newestFirst)
                .filter(run -> last == null || newestFirst.compare(last, run) < 0)
                .limit(max)
                .map(NewRun::view)
                .toList();
    }

    @Override
    public void save(List<Head> heads) {
        for (var head : heads) {
            var run = head.row().run();
            runs.set(runs.get().plus(run, new NewRun(head.row(), plan(run), head.view())));
        }
    }

    @Override
    public void post(String tenant, String run, RunEvent event) {
        inboxes.set(inboxes.get().plus(run, inbox(run).plus(event)));
    }

    private PVector<RunEvent> inbox(String run) {
        return inboxes.get().getOrDefault(run, TreePVector.empty());
    }

    @Override
    public List<Posted> drain(Set<String> ids, int max) {
        var drained = new ArrayList<Posted>();
        for (var run : ids) {
            var all = inbox(run);
            var taken = Math.min(max - drained.size(), all.size());
            all.subList(0, taken).forEach(event -> drained.add(new Posted(run, event)));
            var left = all.subList(taken, all.size());
            inboxes.set(left.isEmpty() ? inboxes.get().minus(run) : inboxes.get().plus(run, left));
        }
        return drained;
    }

    @Override
    public List<String> pending(int max, int rules) {
        return inboxes.get().keySet().stream()
                .filter(run -> find(run).orElseThrow().rules() <= rules)
                .limit(max)
                .toList();
    }

    @Override
    public void append(List<Entry> entries) {
        for (var entry : entries) {
            logs.set(logs.get().plus(entry.run(), log(entry.run()).plus(entry.event())));
        }
    }

    private PVector<LoggedEvent> log(String run) {
        return logs.get().getOrDefault(run, TreePVector.empty());
    }

    @Override
    public List<LoggedEvent> events(String run, long after, int max) {
        var log = log(run);
        var from = (int) Math.min(after, log.size());
        return List.copyOf(
                log.subList(from, Math.min(log.size(), from + Math.min(max, log.size()))));
    }

    /** Nobody asks a store in memory for statistics. */
    @Override
    public void count(List<RepairCount> repairs) {}

    @Override
    public void startTimers(List<Timer> started) {
        started.forEach(timer -> timers.set(timers.get().plus(key(timer.name()), timer)));
    }

    @Override
    public void stopTimers(List<TimerName> stopped) {
        stopped.forEach(timer -> timers.set(timers.get().minus(key(timer))));
    }

    private static String key(TimerName name) {
        return name.run() + "/" + name.timer();
    }

    @Override
    public List<Timer> due(Instant now, int max) {
        var due =
                timers.get().values().stream()
                        .filter(timer -> !timer.dueAt().isAfter(now))
                        .sorted(Comparator.comparing(Timer::dueAt))
                        .limit(max)
                        .toList();
        stopTimers(due.stream().map(Timer::name).toList());
        return due;
    }

    @Override
    public void snapshot(String tenant, String run, long seq, byte[] state) {
        snapshots.set(snapshots.get().plus(run, new Snapshot(seq, state)));
    }

    @Override
    public Optional<Snapshot> snapshot(String run) {
        return Optional.ofNullable(snapshots.get().get(run));
    }

    /** Whether it waits for no human. */
    private static boolean isActive(RunRow run) {
        return run.status() != RunStatus.WAITING
                || run.waitingFor() == WaitingFor.LOCK
                || run.waitingFor() == WaitingFor.RUN;
    }

    @Override
    public SortedMap<String, Standing> standing(String tenant, Set<String> ids) {
        var standing = new TreeMap<String, Standing>();
        ids.forEach(run ->
                find(run)
                        .filter(row -> row.tenant().equals(tenant))
                        .ifPresent(row ->
                                standing.put(run, new Standing(row.status(), row.waitingFor()))));
        return standing;
    }

    @Override
    public SortedMap<String, String> submitted(String tenant, Set<String> submissions) {
        var found = new TreeMap<String, String>();
        submissions.forEach(
                key -> submitted(tenant, key).ifPresent(row -> found.put(key, row.run())));
        return found;
    }

    @Override
    public int since(String tenant, Instant from, int most) {
        return (int)
                runs.get().values().stream()
                        .map(NewRun::row)
                        .filter(run -> run.tenant().equals(tenant))
                        .filter(run -> !run.createdAt().isBefore(from))
                        .limit(most)
                        .count();
    }

    @Override
    public void spend(List<Spent> amounts) {
        for (var one : amounts) {
            var day = one.tenant() + "/" + one.day();
            spent.set(spent.get().plus(day, spent.get().getOrDefault(day, 0L) + one.nanoUsd()));
        }
    }

    @Override
    public long spent(String tenant, LocalDate from) {
        return spent.get().subMap(tenant + "/" + from, tenant + "0").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Contents and logs are kept elsewhere. */
    @Override
    public long stored(String tenant) {
        return 0;
    }

    @Override
    public int active(String tenant, int most) {
        return (int)
                runs.get().values().stream()
                        .map(NewRun::row)
                        .filter(run -> run.tenant().equals(tenant))
                        .filter(run -> run.finishedAt() == null)
                        .filter(MemoryRunStore::isActive)
                        .limit(most)
                        .count();
    }

    @Override
    public int going() {
        return (int)
                runs.get().values().stream()
                        .map(NewRun::row)
                        .filter(run -> run.finishedAt() == null)
                        .filter(MemoryRunStore::isActive)
                        .count();
    }
}
