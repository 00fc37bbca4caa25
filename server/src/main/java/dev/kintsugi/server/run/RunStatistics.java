package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.Transactions;
import java.math.BigDecimal;
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
     * @param repairs by phase: tried over all runs
     * @param successRate of the runs that ended, 0 to 1; 0 when none has
     * @param totalCostUsd over all runs
     */
    record Stats(
            long totalRuns,
            SortedMap<String, Long> runs,
            SortedMap<String, Long> repairs,
            long repairAttempts,
            double successRate,
            String totalCostUsd) {}

    Stats of(String tenant) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var runs = new TreeMap<String, Long>();
                    jdbc.sql("select status, count(*) from run where tenant_id = ? group by status")
                            .param(tenant)
                            .query(row -> {
                                runs.put(row.getString(1), row.getLong(2));
                            });
                    var repairs = new TreeMap<String, Long>();
                    var totals =
                            jdbc.sql(
                                            """
                                            select coalesce(sum((view::json->'phases'->>'retry')::int), 0) as retry,
                                                   coalesce(sum((view::json->'phases'->>'patch')::int), 0) as patch,
                                                   coalesce(sum((view::json->'phases'->>'replan')::int), 0) as replan,
                                                   coalesce(sum((view::json->'phases'->>'rollback')::int), 0) as rollback,
                                                   coalesce(sum((view::json->>'attempts')::int), 0) as attempts,
                                                   coalesce(sum((view::json->>'cost_usd')::numeric), 0) as cost
                                            from run where tenant_id = ?
                                            """)
                                    .param(tenant)
                                    .query((row, _) -> {
                                        for (var phase :
                                                new String[] {
                                                    "retry", "patch", "replan", "rollback"
                                                }) {
                                            repairs.put(phase, row.getLong(phase));
                                        }
                                        return new Totals(
                                                row.getLong("attempts"), row.getBigDecimal("cost"));
                                    })
                                    .single();
                    return stats(runs, repairs, totals);
                });
    }

    private record Totals(long attempts, BigDecimal cost) {}

    private static Stats stats(
            SortedMap<String, Long> runs, SortedMap<String, Long> repairs, Totals totals) {
        var total = runs.values().stream().mapToLong(Long::longValue).sum();
        var succeeded = runs.getOrDefault("succeeded", 0L);
        var ended = succeeded;
        for (var end : new String[] {"failed", "rolled_back", "cancelled"}) {
            ended += runs.getOrDefault(end, 0L);
        }
        return new Stats(
                total,
                runs,
                repairs,
                totals.attempts(),
                ended == 0 ? 0 : (double) succeeded / ended,
                totals.cost().toPlainString());
    }
}
