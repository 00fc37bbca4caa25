package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Feeds table {@code mb_v4_agent_metrics}: one row an attempt, gathered and written together so
 * that no turn waits for them. What does not fit is dropped: these are measurements, not records.
 */
final class AgentMetrics implements RunListener {
    private static final int MOST_WAITING = 10_000;

    private final Transactions transactions;
    private final JdbcTemplate jdbc;
    private final InstantSource clock;
    private final BlockingQueue<Sample> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

    AgentMetrics(Transactions transactions, JdbcTemplate jdbc, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private record Sample(String tenant, Step step, boolean success, Usage usage, Instant at) {}

    @Override
    public void attemptEnded(String tenant, Step step, boolean success, Usage usage) {
        var _ = waiting.offer(new Sample(tenant, step, success, usage, clock.instant()));
    }

    /** What kind of agent does a step. */
    static String agent(Step step) {
        return switch (step.work()) {
            case Work.Exec _ -> "exec";
            case Work.Http _ -> "http";
            case Work.Agent(var agent, _) -> agent;
        };
    }

    /** Writes what was gathered. */
    void flush() {
        var samples = new ArrayList<Sample>();
        waiting.drainTo(samples);
        if (!samples.isEmpty()) {
            transactions.asSystem(() -> write(samples));
        }
    }

    private int write(List<Sample> samples) {
        jdbc.batchUpdate(
                """
                insert into mb_v4_agent_metrics
                    (tenant_id, agent_name, queue_name, metric_type, metric_value, metric_unit, timestamp, metadata)
                values (?, ?, ?, 'latency', ?, 'seconds', ?, ?)
                """,
                samples,
                samples.size(),
                (statement, sample) -> {
                    statement.setString(1, sample.tenant());
                    statement.setString(2, agent(sample.step()));
                    statement.setString(3, sample.step().queue().name().toLowerCase(Locale.ROOT));
                    statement.setDouble(4, sample.usage().durationMillis() / 1000.0);
                    statement.setTimestamp(5, Timestamp.from(sample.at()));
                    statement.setString(6, "{\"success\":" + sample.success() + "}");
                });
        return samples.size();
    }
}
