package dev.kintsugi.server.budget;

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
    private final JdbcTemplate batch;

    public PostgresBudgets(JdbcTemplate template) {
        batch = template;
        jdbc = JdbcClient.create(template);
    }

    @Override
    public void open(String tenant, String run, Limits limits, Instant now) {
        batch.batchUpdate(
                """
                insert into mb_v4_run_budget
                    (run_id, tenant_id, budget_type, budget_limit, budget_unit, created_at, updated_at)
                values (?, ?, ?, ?, ?, ?, ?)
                """,
                List.of(Kind.values()),
                Kind.values().length,
                (statement, kind) -> {
                    statement.setString(1, run);
                    statement.setString(2, tenant);
                    statement.setString(3, lower(kind));
                    statement.setLong(4, limits.of(kind));
                    statement.setString(5, kind.unit());
                    statement.setTimestamp(6, Timestamp.from(now));
                    statement.setTimestamp(7, Timestamp.from(now));
                });
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
        batch.batchUpdate(
                """
                update mb_v4_run_budget
                set budget_used = ?, budget_reserved = case when ? then greatest(budget_limit - ?, 0) else 0 end,
                    updated_at = ?,
                    exceeded_at = case when ? > budget_limit then coalesce(exceeded_at, ?) else exceeded_at end
                where run_id = ? and budget_type = 'time'
                """,
                List.copyOf(byRun.entrySet()),
                byRun.size(),
                (statement, run) -> {
                    var time = run.getValue();
                    statement.setLong(1, time.millis());
                    statement.setBoolean(2, time.goesOn());
                    statement.setLong(3, time.millis());
                    statement.setTimestamp(4, Timestamp.from(now));
                    statement.setLong(5, time.millis());
                    statement.setTimestamp(6, Timestamp.from(now));
                    statement.setString(7, run.getKey());
                });
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
