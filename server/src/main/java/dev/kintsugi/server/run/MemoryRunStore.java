package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Runs in memory, for simulations. */
public final class MemoryRunStore implements RunStore {
    private final Cell<PSortedMap<String, RunRow>> runs;
    private final Cell<PSortedMap<String, PVector<RunEvent>>> inboxes;
    private final Cell<PSortedMap<String, PVector<LoggedEvent>>> logs;
    private final Cell<PSortedMap<String, Timer>> timers;
    private final Cell<PSortedMap<String, Snapshot>> snapshots;

    public MemoryRunStore(MemoryTransactions transactions) {
        runs = transactions.cell(TreePMap.empty());
        inboxes = transactions.cell(TreePMap.empty());
        logs = transactions.cell(TreePMap.empty());
        timers = transactions.cell(TreePMap.empty());
        snapshots = transactions.cell(TreePMap.empty());
    }

    private record Timer(DueTimer due, Instant dueAt) {}

    @Override
    public boolean add(RunRow run) {
        if (run.submission() != null && submitted(run.tenant(), run.submission()).isPresent()) {
            return false;
        }
        runs.set(runs.get().plus(run.run(), run));
        return true;
    }

    /** Transactions run one at a time, so there is nothing to lock. */
    @Override
    public Optional<RunRow> lock(String run) {
        return find(run);
    }

    @Override
    public Optional<RunRow> find(String run) {
        return Optional.ofNullable(runs.get().get(run));
    }

    @Override
    public Optional<RunRow> submitted(String tenant, String submission) {
        return runs.get().values().stream()
                .filter(run -> run.tenant().equals(tenant) && submission.equals(run.submission()))
                .findFirst();
    }

    @Override
    public List<RunRow> list(
            String tenant, @Nullable String status, @Nullable String before, int max) {
        var newestFirst =
                Comparator.comparing(RunRow::createdAt).thenComparing(RunRow::run).reversed();
        var last = before == null ? null : runs.get().get(before);
        return runs.get().values().stream()
                .filter(run -> run.tenant().equals(tenant))
                .filter(run ->
                        status == null
                                || run.status().name().toLowerCase(Locale.ROOT).equals(status))
                .sorted(newestFirst)
                .filter(run -> last == null || newestFirst.compare(last, run) < 0)
                .limit(max)
                .toList();
    }

    @Override
    public void save(RunRow run) {
        runs.set(runs.get().plus(run.run(), run));
    }

    @Override
    public void post(String tenant, String run, RunEvent event) {
        inboxes.set(inboxes.get().plus(run, inbox(run).plus(event)));
    }

    private PVector<RunEvent> inbox(String run) {
        return inboxes.get().getOrDefault(run, TreePVector.empty());
    }

    @Override
    public List<RunEvent> drain(String run, int max) {
        var all = inbox(run);
        var taken = List.copyOf(all.subList(0, Math.min(max, all.size())));
        var left = all.subList(taken.size(), all.size());
        inboxes.set(left.isEmpty() ? inboxes.get().minus(run) : inboxes.get().plus(run, left));
        return taken;
    }

    @Override
    public List<String> pending(int max) {
        return inboxes.get().keySet().stream().limit(max).toList();
    }

    @Override
    public void append(String tenant, String run, List<LoggedEvent> events) {
        logs.set(logs.get().plus(run, log(run).plusAll(events)));
    }

    private PVector<LoggedEvent> log(String run) {
        return logs.get().getOrDefault(run, TreePVector.empty());
    }

    @Override
    public List<LoggedEvent> events(String run, long after, int max) {
        return log(run).stream().skip(after).limit(max).toList();
    }

    @Override
    public void startTimer(String tenant, String run, String timer, Instant dueAt) {
        timers.set(
                timers.get()
                        .plus(
                                run + "/" + timer,
                                new Timer(new DueTimer(tenant, run, timer), dueAt)));
    }

    @Override
    public void stopTimer(String run, String timer) {
        timers.set(timers.get().minus(run + "/" + timer));
    }

    @Override
    public List<DueTimer> due(Instant now, int max) {
        var due =
                timers.get().values().stream()
                        .filter(timer -> !timer.dueAt.isAfter(now))
                        .sorted(Comparator.comparing(Timer::dueAt))
                        .limit(max)
                        .map(Timer::due)
                        .toList();
        due.forEach(timer -> stopTimer(timer.run(), timer.timer()));
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

    @Override
    public int going() {
        return (int)
                runs.get().values().stream()
                        .filter(run -> run.finishedAt() == null)
                        .filter(run -> run.status() != RunStatus.WAITING)
                        .count();
    }
}
