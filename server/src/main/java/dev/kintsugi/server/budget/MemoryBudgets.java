package dev.kintsugi.server.budget;

import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/** Budgets in memory, for simulations. */
public final class MemoryBudgets implements Budgets {
    private final Cell<PSortedMap<String, Account>> accounts;

    public MemoryBudgets(MemoryTransactions transactions) {
        accounts = transactions.cell(TreePMap.empty());
    }

    private record Account(long limit, long used, long reserved) {}

    @Override
    public void open(List<Opening> runs, Instant now) {
        for (var opening : runs) {
            for (var kind : Kind.values()) {
                var limit = opening.limits().of(kind);
                put(opening.run(), kind, new Account(limit, 0, kind == Kind.TIME ? limit : 0));
            }
        }
    }

    @Override
    public boolean reserve(String run, Kind kind, long amount, Instant now) {
        var account = account(run, kind);
        if (account.used + account.reserved + amount > account.limit) {
            return false;
        }
        put(run, kind, new Account(account.limit, account.used, account.reserved + amount));
        return true;
    }

    @Override
    public void settle(String run, Kind kind, long reserved, long actual, Instant now) {
        var account = account(run, kind);
        put(
                run,
                kind,
                new Account(account.limit, account.used + actual, account.reserved - reserved));
    }

    @Override
    public void release(String run, Kind kind, long amount, Instant now) {
        settle(run, kind, amount, 0, now);
    }

    @Override
    public void worked(Map<String, Worked> byRun, Instant now) {
        byRun.forEach((run, time) -> {
            var limit = account(run, Kind.TIME).limit;
            var left = time.goesOn() ? Math.max(0, limit - time.millis()) : 0;
            put(run, Kind.TIME, new Account(limit, time.millis(), left));
        });
    }

    /** Nobody asks a store in memory since when. */
    @Override
    public void exceeded(String run, Kind kind, Instant now) {}

    @Override
    public Standing standing(String run, Kind kind) {
        var account = account(run, kind);
        return new Standing(account.used, account.reserved);
    }

    private void put(String run, Kind kind, Account account) {
        if (account.reserved < 0) {
            throw new IllegalStateException(
                    "more is given back of run %s's %s budget than was set aside"
                            .formatted(run, kind));
        }
        accounts.set(accounts.get().plus(key(run, kind), account));
    }

    private Account account(String run, Kind kind) {
        var known = accounts.get().get(key(run, kind));
        if (known == null) {
            throw new IllegalStateException("run %s has no %s budget".formatted(run, kind));
        }
        return known;
    }

    private static String key(String run, Kind kind) {
        return run + "/" + kind;
    }
}
