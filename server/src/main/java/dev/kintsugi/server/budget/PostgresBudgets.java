package dev.kintsugi.server.budget;

import dev.kintsugi.server.platform.Columns;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Budgets in table {@code mb_v4_run_budget}. */
public final class PostgresBudgets implements Budgets {
    private final JdbcClient jdbc;

    public PostgresBudgets(JdbcTemplate template) {
        jdbc = JdbcClient.create(template);
    }

    @Override
    public void open(List<Opening> runs, Instant now) {
        jdbc.sql(
                        """
                        insert into mb_v4_run_budget
                            (run_id, tenant_id, budget_type, budget_limit, budget_reserved, budget_unit, created_at,
                             updated_at)
                        select run, tenant, kind.type, kind.most, kind.reserved, kind.unit, :now, :now
                        from unnest(:runs::text[], :tenants::text[], :time::bigint[], :cost::bigint[],
                                    :attempts::bigint[]) as opened (run, tenant, time, cost, attempts),
                             lateral (values ('time', time, time, 'ms'), ('cost', cost, 0, 'nano_usd'),
                                             ('attempts', attempts, 0, 'attempts')) as kind (type, most, reserved, unit)
                        """)
                .param("now", Timestamp.from(now))
                .param("runs", Columns.texts(runs, Opening::run))
                .param("tenants", Columns.texts(runs, Opening::tenant))
                .param("time", Columns.numbers(runs, run -> run.limits().timeMillis()))
                .param("cost", Columns.numbers(runs, run -> run.limits().costNanoUsd()))
                .param("attempts", Columns.numbers(runs, run -> run.limits().attempts()))
                .update();
    }

    @Override
    public boolean reserve(String run, Kind kind, long amount, Instant now) {
        var reserved =
                jdbc.sql(
                                """
                                update mb_v4_run_budget
                                set budget_reserved = budget_reserved + :amount, updated_at = :now
                                where run_id = :run and budget_type = :type
                                  and budget_used + budget_reserved + :amount <= budget_limit
                                """)
                        .param("amount", amount)
                        .param("now", Timestamp.from(now))
                        .param("run", run)
                        .param("type", lower(kind))
                        .update();
        if (reserved == 0) {
            exceeded(run, kind, now);
        }
        return reserved == 1;
    }

    @Override
    public void exceeded(String run, Kind kind, Instant now) {
        jdbc.sql(
                        """
                        update mb_v4_run_budget set exceeded_at = coalesce(exceeded_at, :now)
                        where run_id = :run and budget_type = :type
                        """)
                .param("run", run)
                .param("now", Timestamp.from(now))
                .param("type", lower(kind))
                .update();
    }

    @Override
    public void settle(String run, Kind kind, long reserved, long actual, Instant now) {
        jdbc.sql(
                        """
                        update mb_v4_run_budget
                        set budget_used = budget_used + :actual,
                            budget_reserved = budget_reserved - :reserved,
                            updated_at = :now,
                            exceeded_at = case when budget_used + :actual > budget_limit
                                then coalesce(exceeded_at, :now) else exceeded_at end
                        where run_id = :run and budget_type = :type
                        """)
                .param("actual", actual)
                .param("reserved", reserved)
                .param("now", Timestamp.from(now))
                .param("run", run)
                .param("type", lower(kind))
                .update();
    }

    @Override
    public void release(String run, Kind kind, long amount, Instant now) {
        settle(run, kind, amount, 0, now);
    }

    @Override
    public void worked(Map<String, Worked> byRun, Instant now) {
        var runs = List.copyOf(byRun.entrySet());
        jdbc.sql(
                        """
                        update mb_v4_run_budget budget
                        set budget_used = millis,
                            budget_reserved = case when goes_on = 1 then greatest(budget_limit - millis, 0) else 0 end,
                            updated_at = :now,
                            exceeded_at = case when millis > budget_limit
                                then coalesce(exceeded_at, :now) else exceeded_at end
                        from unnest(:runs::text[], :millis::bigint[], :goesOn::bigint[])
                             as worked (run, millis, goes_on)
                        where budget.run_id = worked.run and budget_type = 'time'
                        """)
                .param("now", Timestamp.from(now))
                .param("runs", Columns.texts(runs, Map.Entry::getKey))
                .param("millis", Columns.numbers(runs, run -> run.getValue().millis()))
                .param("goesOn", Columns.numbers(runs, run -> run.getValue().goesOn() ? 1L : 0L))
                .update();
    }

    @Override
    public Standing standing(String run, Kind kind) {
        return jdbc.sql(
                        """
                        select budget_used, budget_reserved from mb_v4_run_budget
                        where run_id = ? and budget_type = ?
                        """)
                .param(run)
                .param(lower(kind))
                .query((row, _) -> new Standing(row.getLong(1), row.getLong(2)))
                .single();
    }

    private static String lower(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
