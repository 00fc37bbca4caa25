package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.server.platform.Transactions;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts over a tenant's runs, straight from the database. */
final class RunStatistics {
    private final Transactions transactions;
    private final JdbcClient jdbc;

    RunStatistics(Transactions transactions, JdbcClient jdbc) {
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    /**
     * What a tenant's runs came to.
     *
     * @param runs by status
     * @param repairs by phase, over all runs
     * @param repairAttempts taken from the runs' budgets
     * @param successRate of the runs that ended, 0 to 1; 0 when none has
     * @param totalCostUsd over all runs
     */
    record Stats(
            long totalRuns,
            SortedMap<String, Long> runs,
            SortedMap<String, Repairs> repairs,
            long repairAttempts,
            double successRate,
            String totalCostUsd) {}

    /** Repairs of a kind: how many were tried, and how many of these are known to have mended. */
    record Repairs(long tried, long verified) {}

    Stats of(String tenant) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var runs =
                            counts(
                                    "select status, count(*) from every_run where tenant_id = ? group by status",
                                    tenant);
                    var used =
                            counts(
                                    """
                                    select budget_type, sum(budget_used) from every_budget
                                    where tenant_id = ? and budget_type <> 'time' group by budget_type
                                    """,
                                    tenant);
                    return new Stats(
                            runs.values().stream().mapToLong(Long::longValue).sum(),
                            runs,
                            repairs(tenant),
                            used.getOrDefault("attempts", 0L),
                            successRate(runs),
                            RunViews.usd(used.getOrDefault("cost", 0L)));
                });
    }

    private SortedMap<String, Long> counts(String sql, String tenant) {
        var counts = new TreeMap<String, Long>();
        jdbc.sql(sql)
                .param(tenant)
                .query(row -> {
                    counts.put(row.getString(1), row.getLong(2));
                });
        return counts;
    }

    private SortedMap<String, Repairs> repairs(String tenant) {
        var repairs = new TreeMap<String, Repairs>();
        for (var phase : Phase.values()) {
            repairs.put(phase.name().toLowerCase(Locale.ROOT), new Repairs(0, 0));
        }
        jdbc.sql(
                        """
                        select phase, sum(tried), sum(verified) from every_repair
                        where tenant_id = ? group by phase
                        """)
                .param(tenant)
                .query(row -> {
                    repairs.put(row.getString(1), new Repairs(row.getLong(2), row.getLong(3)));
                });
        return repairs;
    }

    private static double successRate(SortedMap<String, Long> runs) {
        var succeeded = runs.getOrDefault("succeeded", 0L);
        var ended = succeeded;
        for (var end : new String[] {"failed", "rolled_back", "cancelled"}) {
            ended += runs.getOrDefault(end, 0L);
        }
        return ended == 0 ? 0 : (double) succeeded / ended;
    }
}
