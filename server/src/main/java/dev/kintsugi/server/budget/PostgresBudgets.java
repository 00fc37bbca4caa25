package dev.kintsugi.server.budget;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    public Optional<Kind> reserveAttempt(String run, Instant now) {
        var reserved =
                jdbc.sql(
                                """
                                update mb_v4_run_budget attempts
                                set budget_used = attempts.budget_used + 1, updated_at = :now
                                where attempts.run_id = :run and attempts.budget_type = 'attempts'
                                  and attempts.budget_used < attempts.budget_limit
                                  and not exists (select from mb_v4_run_budget cost
                                      where cost.run_id = :run and cost.budget_type = 'cost'
                                        and cost.budget_used > cost.budget_limit)
                                """)
                        .param("run", run)
                        .param("now", Timestamp.from(now))
                        .update();
        return reserved == 1 ? Optional.empty() : Optional.of(exhausted(run, now));
    }

    private Kind exhausted(String run, Instant now) {
        var costly =
                jdbc.sql(
                                """
                                select exists (select from mb_v4_run_budget
                                where run_id = ? and budget_type = 'cost' and budget_used > budget_limit)
                                """)
                        .param(run)
                        .query(Boolean.class)
                        .single();
        var kind = costly ? Kind.COST : Kind.ATTEMPTS;
        jdbc.sql(
                        """
                        update mb_v4_run_budget set exceeded_at = coalesce(exceeded_at, :now)
                        where run_id = :run and budget_type = :type
                        """)
                .param("run", run)
                .param("now", Timestamp.from(now))
                .param("type", lower(kind))
                .update();
        return kind;
    }

    @Override
    public void settle(String run, Kind kind, long amount, Instant now) {
        jdbc.sql(
                        """
                        update mb_v4_run_budget
                        set budget_used = budget_used + :amount, updated_at = :now,
                            exceeded_at = case when budget_used + :amount > budget_limit
                                then coalesce(exceeded_at, :now) else exceeded_at end
                        where run_id = :run and budget_type = :type
                        """)
                .param("amount", amount)
                .param("now", Timestamp.from(now))
                .param("run", run)
                .param("type", lower(kind))
                .update();
    }

    @Override
    public void worked(Map<String, Long> millisByRun, Instant now) {
        batch.batchUpdate(
                """
                update mb_v4_run_budget
                set budget_used = ?, updated_at = ?,
                    exceeded_at = case when ? > budget_limit then coalesce(exceeded_at, ?) else exceeded_at end
                where run_id = ? and budget_type = 'time'
                """,
                List.copyOf(millisByRun.entrySet()),
                millisByRun.size(),
                (statement, run) -> {
                    statement.setLong(1, run.getValue());
                    statement.setTimestamp(2, Timestamp.from(now));
                    statement.setLong(3, run.getValue());
                    statement.setTimestamp(4, Timestamp.from(now));
                    statement.setString(5, run.getKey());
                });
    }

    @Override
    public long used(String run, Kind kind) {
        return jdbc.sql(
                        "select budget_used from mb_v4_run_budget where run_id = ? and budget_type = ?")
                .param(run)
                .param(lower(kind))
                .query(Long.class)
                .single();
    }

    private static String lower(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
