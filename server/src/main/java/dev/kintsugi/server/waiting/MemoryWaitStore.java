package dev.kintsugi.server.waiting;

import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import dev.kintsugi.server.waiting.Wait.State;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/** Waits in memory, for simulations. */
public final class MemoryWaitStore implements WaitStore {
    private final Cell<PSortedMap<Long, Wait>> waits;
    private final Cell<Long> tickets;

    public MemoryWaitStore(MemoryTransactions transactions) {
        waits = transactions.cell(TreePMap.empty());
        tickets = transactions.cell(0L);
    }

    /** Transactions run one at a time, so there is nothing to lock. */
    @Override
    public void lock(String tenant) {}

    @Override
    public boolean tryLock(String tenant) {
        return true;
    }

    @Override
    public Wait add(Asked asked, State state, long rank) {
        tickets.set(tickets.get() + 1);
        var wait = new Wait(tickets.get(), asked, state, rank, asked.at(), null, List.of());
        move(wait);
        return wait;
    }

    @Override
    public void leave(Wait left) {
        tickets.set(tickets.get() + 1);
        move(
                new Wait(
                        tickets.get(),
                        left.asked(),
                        left.state(),
                        left.rank(),
                        left.since(),
                        left.freeAt(),
                        left.leftTo()));
    }

    @Override
    public SortedSet<String> stopped(String run, String task) {
        var touched = new TreeSet<String>();
        for (var wait : List.copyOf(waits.get().values())) {
            if (!wait.run().equals(run) || !wait.leftTo().contains(task)) {
                continue;
            }
            if (wait.leftTo().size() > 1) {
                move(wait.without(task));
            } else {
                touched.addAll(wait.names());
                remove(wait);
            }
        }
        return touched;
    }

    @Override
    public void move(Wait wait) {
        waits.set(waits.get().plus(wait.ticket(), wait));
    }

    @Override
    public void remove(Wait wait) {
        waits.set(waits.get().minus(wait.ticket()));
    }

    @Override
    public SortedSet<String> giveBack(String run, String step) {
        return giveBack(wait -> wait.run().equals(run) && wait.asked().step().equals(step), true);
    }

    @Override
    public SortedSet<String> giveBackAll(String run) {
        return giveBack(wait -> wait.run().equals(run), false);
    }

    private SortedSet<String> giveBack(Predicate<Wait> whose, boolean keeping) {
        var touched = new TreeSet<String>();
        for (var wait :
                waits.get().values().stream()
                        .filter(whose)
                        .filter(wait -> !wait.isLeft())
                        .toList()) {
            touched.addAll(wait.names());
            var kept = keeping ? wait.kept() : null;
            if (kept == null) {
                remove(wait);
            } else {
                move(kept);
            }
        }
        return touched;
    }

    @Override
    public List<Wait> line(String tenant, String lock) {
        var all =
                of(tenant)
                        .filter(wait -> wait.names().contains(lock))
                        .sorted(Wait.IN_ORDER)
                        .toList();
        return Stream.concat(
                        all.stream().filter(Wait::holds),
                        all.stream().filter(wait -> wait.state() == State.IN_LINE).limit(1))
                .toList();
    }

    private Stream<Wait> of(String tenant) {
        return waits.get().values().stream().filter(wait -> wait.asked().tenant().equals(tenant));
    }

    @Override
    public List<Wait> all(String tenant, long after, int max) {
        return of(tenant).filter(wait -> wait.ticket() > after).limit(max).toList();
    }

    @Override
    public List<Wait> ofRun(String tenant, String run) {
        return of(tenant).filter(wait -> wait.run().equals(run)).toList();
    }

    @Override
    public SortedSet<String> tenants() {
        return waits.get().values().stream()
                .map(wait -> wait.asked().tenant())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public int count(State state) {
        return (int) waits.get().values().stream().filter(wait -> wait.state() == state).count();
    }
}
