package dev.kintsugi.benchmarks.runs;

import static java.util.Objects.requireNonNull;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler.OnCompleteRemove;
import com.github.kagkarlsson.scheduler.task.CompletionHandler.OnCompleteReplace;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * db-scheduler, three tasks chained by replacing each with the next when it completes, as its
 * examples chain jobs. Its polling for high throughput ({@code select … for update skip locked}),
 * immediate execution, and a poll every 10 ms instead of every 10 s.
 */
final class SchedulerEngine implements Engine {
    private static final int THREADS = 64;
    private static final double LOWER_LIMIT = 0.5;
    private static final double UPPER_LIMIT = 4.0;
    private static final Duration POLL = Duration.ofMillis(10);

    private static final String TABLE =
            """
            create table scheduled_tasks (
                task_name text not null,
                task_instance text not null,
                task_data bytea,
                execution_time timestamptz,
                picked boolean not null,
                picked_by text,
                last_success timestamptz,
                last_failure timestamptz,
                consecutive_failures int,
                last_heartbeat timestamptz,
                version bigint not null,
                priority smallint,
                state text,
                primary key (task_name, task_instance)
            );
            create index execution_time_idx on scheduled_tasks (execution_time);
            create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
            """;

    private final HikariDataSource source;
    private final Scheduler scheduler;
    private final Map<String, CompletableFuture<Void>> open;
    private final AtomicLong runs = new AtomicLong();

    private SchedulerEngine(
            HikariDataSource source,
            Scheduler scheduler,
            Map<String, CompletableFuture<Void>> open) {
        this.source = source;
        this.scheduler = scheduler;
        this.open = open;
    }

    static Engine open(DatabaseLogin database) throws SQLException {
        var source = Peers.pool(database);
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        var open = new ConcurrentHashMap<String, CompletableFuture<Void>>();
        var ended =
                new AbstractSchedulerListener() {
                    @Override
                    public void onExecutionComplete(ExecutionComplete complete) {
                        var task = complete.getExecution().taskInstance;
                        if (task.getTaskName().equals("s2")) {
                            requireNonNull(open.remove(task.getId())).complete(null);
                        }
                    }
                };
        var scheduler =
                Scheduler.create(
                                source,
                                step("s0", new OnCompleteReplace<>("s1")),
                                step("s1", new OnCompleteReplace<>("s2")),
                                step("s2", new OnCompleteRemove<>()))
                        .threads(THREADS)
                        .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                        .pollingInterval(POLL)
                        .enableImmediateExecution()
                        .addSchedulerListener(ended)
                        .build();
        scheduler.start();
        return new SchedulerEngine(source, scheduler, open);
    }

    private static CustomTask<Void> step(String name, CompletionHandler<Void> then) {
        return Tasks.custom(name, Void.class).execute((_, _) -> then);
    }

    @Override
    public Tally during(int inFlight, Duration time) throws Exception {
        return ClosedLoop.of(
                inFlight,
                time,
                () -> {
                    var id = "r" + runs.incrementAndGet();
                    var end = new CompletableFuture<Void>();
                    open.put(id, end);
                    scheduler.schedule(new TaskInstance<Void>("s0", id), Instant.now());
                    return end.join();
                });
    }

    @Override
    public void close() {
        scheduler.stop();
        source.close();
    }
}
