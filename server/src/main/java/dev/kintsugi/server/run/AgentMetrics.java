package dev.kintsugi.server.run;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summarizingDouble;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Feeds table {@code mb_v4_agent_metrics}: the mean of what ended since it was written last, one
 * row for each kind of attempt, so that no turn waits and a busy server writes no more than a quiet
 * one. What does not fit is dropped: these are measurements, not records.
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

    /** An attempt that ended. */
    private record Sample(Attempts attempts, double seconds) {}

    /** Attempts that are measured together. */
    private record Attempts(String tenant, String agent, String queue, boolean success) {
        String metadata(long count) {
            return "{\"attempts\":" + count + ",\"success\":" + success + "}";
        }
    }

    @Override
    public void attemptEnded(String tenant, Step step, boolean success, Usage usage) {
        var queue = step.queue().name().toLowerCase(Locale.ROOT);
        var attempts = new Attempts(tenant, agent(step), queue, success);
        var _ = waiting.offer(new Sample(attempts, usage.durationMillis() / 1000.0));
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
            var means =
                    samples.stream()
                            .collect(
                                    groupingBy(
                                            Sample::attempts, summarizingDouble(Sample::seconds)));
            transactions.asSystem(() -> write(List.copyOf(means.entrySet()), clock.instant()));
        }
    }

    private int write(List<Map.Entry<Attempts, DoubleSummaryStatistics>> means, Instant now) {
        jdbc.batchUpdate(
                """
                insert into mb_v4_agent_metrics
                    (tenant_id, agent_name, queue_name, metric_type, metric_value, metric_unit, timestamp, metadata)
                values (?, ?, ?, 'latency', ?, 'seconds', ?, ?)
                """,
                means,
                means.size(),
                (statement, mean) -> {
                    var attempts = mean.getKey();
                    statement.setString(1, attempts.tenant());
                    statement.setString(2, attempts.agent());
                    statement.setString(3, attempts.queue());
                    statement.setDouble(4, mean.getValue().getAverage());
                    statement.setTimestamp(5, Timestamp.from(now));
                    statement.setString(6, attempts.metadata(mean.getValue().getCount()));
                });
        return means.size();
    }
}
