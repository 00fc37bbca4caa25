package dev.kintsugi.server.budget;

import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/** Budgets in memory, for simulations. */
public final class MemoryBudgets implements Budgets {
    private final Cell<PSortedMap<String, Account>> accounts;

    public MemoryBudgets(MemoryTransactions transactions) {
        accounts = transactions.cell(TreePMap.empty());
    }

    private record Account(long limit, long used) {}

    @Override
    public void open(String tenant, String run, Limits limits, Instant now) {
        for (var kind : Kind.values()) {
            accounts.set(accounts.get().plus(key(run, kind), new Account(limits.of(kind), 0)));
        }
    }

    @Override
    public Optional<Kind> reserveAttempt(String run, Instant now) {
        var cost = account(run, Kind.COST);
        var attempts = account(run, Kind.ATTEMPTS);
        if (cost.used > cost.limit) {
            return Optional.of(Kind.COST);
        }
        if (attempts.used >= attempts.limit) {
            return Optional.of(Kind.ATTEMPTS);
        }
        settle(run, Kind.ATTEMPTS, 1, now);
        return Optional.empty();
    }

    @Override
    public void settle(String run, Kind kind, long amount, Instant now) {
        var account = account(run, kind);
        accounts.set(
                accounts.get()
                        .plus(key(run, kind), new Account(account.limit, account.used + amount)));
    }

    @Override
    public void worked(Map<String, Long> millisByRun, Instant now) {
        millisByRun.forEach((run, millis) ->
                accounts.set(
                        accounts.get()
                                .plus(
                                        key(run, Kind.TIME),
                                        new Account(account(run, Kind.TIME).limit, millis))));
    }

    @Override
    public long used(String run, Kind kind) {
        return account(run, kind).used;
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
