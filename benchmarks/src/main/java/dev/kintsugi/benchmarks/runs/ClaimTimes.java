package dev.kintsugi.benchmarks.runs;

import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.Pool;
import dev.kintsugi.server.platform.postgres.PostgresTransactions;
import dev.kintsugi.server.platform.postgres.Schema;
import dev.kintsugi.server.queue.PostgresTaskStore;
import dev.kintsugi.server.queue.QueuedTask;
import dev.kintsugi.server.queue.TaskStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * How long a claim of a task takes in a database without history and in one with many finished
 * tasks, asked in turns so that both see the same machine.
 */
final class ClaimTimes {
    private static final int WAITING = 100;
    private static final int AT_ONCE = 1_000;
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final String HISTORY =
            """
            insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at,
                task, worker_id, acquired_at, last_heartbeat, expires_at, ended_at, token, leases)
            select 'cpu', 'default', 'h-' || i || ':s0:1', case when i % 10 = 0 then 'cancelled' else 'leased' end,
                'h-' || i, 'step', i, past, ?, 'bench', past, past, past, case when i % 10 = 0 then past end, i, 1
            from generate_series(1, ?) as i, lateral (select now() - interval '1 day') as of (past)
            """;

    private ClaimTimes() {}

    /**
     * Medians in nanoseconds.
     *
     * @param finished how many tasks were finished in the second database: one in ten was
     *     cancelled, which is kept for a while, and the others done
     */
    record Compared(long finished, long emptyNanos, long fullNanos) {
        double ratio() {
            return (double) fullNanos / emptyNanos;
        }
    }

    /**
     * Measures.
     *
     * @param empty a new database
     * @param full another
     */
    static Compared compare(DatabaseLogin empty, DatabaseLogin full, int finished, int rounds)
            throws SQLException {
        var login = Schema.migrate(full);
        fill(full, finished);
        try (var first = Pool.open(Schema.migrate(empty));
                var second = Pool.open(login)) {
            var inEmpty = new Queue(first);
            var inFull = new Queue(second);
            for (int round = -rounds / 2; round < rounds; round++) {
                if (round == 0) {
                    inEmpty.nanos.clear();
                    inFull.nanos.clear();
                }
                inEmpty.claim("e-" + round);
                inFull.claim("f-" + round);
            }
            return new Compared(finished, inEmpty.median(), inFull.median());
        }
    }

    private static void fill(DatabaseLogin owner, int finished) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var role = connection.createStatement();
                var insert = connection.prepareStatement(HISTORY)) {
            role.execute("set role kintsugi_system");
            insert.setString(1, Json.mapper().writeValueAsString(task("h-1")));
            insert.setInt(2, finished);
            insert.executeUpdate();
            done(connection, finished);
            role.execute("reset role");
            role.execute("vacuum (analyze) mb_v4_queue_lease"); // as autovacuum does after so many
        }
    }

    private static void done(Connection connection, int finished) throws SQLException {
        var store =
                new PostgresTaskStore(
                        new JdbcTemplate(new SingleConnectionDataSource(connection, true)),
                        "bench");
        for (int first = 1; first <= finished; first += AT_ONCE) {
            var leases =
                    IntStream.range(first, Math.min(first + AT_ONCE, finished + 1))
                            .mapToObj(i -> new LeasedTask.Lease("h-" + i + ":s0:1", i))
                            .toList();
            store.finish(leases, Instant.now(), TaskStore.End.DONE);
        }
    }

    /** A task as the measured runs have it. */
    private static Task task(String run) {
        var plan = plan();
        return new Task(
                run + ":s0:1",
                run,
                "default",
                "s0",
                1,
                run + ":s0:1",
                TaskKind.STEP,
                plan.steps().getFirst(),
                null,
                Gate.Network.FULL,
                new TreeMap<>(),
                null,
                null,
                null);
    }

    private static Plan plan() {
        return switch (PlanReader.read(Chain.of(Chain.TRIVIAL), "chain.yaml")) {
            case PlanReading.Accepted(var plan, _) -> plan;
            case PlanReading.Rejected(var problems) ->
                    throw new IllegalStateException(problems.toString());
        };
    }

    /** The queue of one database. */
    private static final class Queue {
        private final PostgresTransactions transactions;
        private final TaskStore store;
        private final List<Long> nanos = new ArrayList<>();

        Queue(HikariDataSource source) {
            transactions = new PostgresTransactions(source);
            store = new PostgresTaskStore(new JdbcTemplate(source), "bench");
        }

        /** Puts tasks in and claims them one by one. */
        void claim(String name) {
            var now = Instant.now();
            var put =
                    IntStream.range(0, WAITING)
                            .mapToObj(i -> task(name + "-" + i))
                            .map(task ->
                                    new QueuedTask(
                                            task, QueueClass.CPU, Step.Priority.NORMAL, now, null))
                            .toList();
            transactions.asSystem(() -> {
                store.put(put);
                return put;
            });
            for (int i = 0; i < WAITING; i++) {
                long begin = System.nanoTime();
                var claimed = transactions.asSystem(() -> store.claim(one(), now, now.plus(LEASE)));
                nanos.add(System.nanoTime() - begin);
                var leases = claimed.stream().map(LeasedTask::lease).toList();
                transactions.asSystem(() -> store.finish(leases, now, TaskStore.End.DONE));
            }
        }

        private static LeaseRequest one() {
            var slots = new TreeMap<QueueClass, Integer>();
            slots.put(QueueClass.CPU, 1);
            return new LeaseRequest(
                    "bench",
                    null,
                    slots,
                    new TreeSet<>(),
                    new TreeSet<>(List.of(Chain.TRIVIAL)),
                    1,
                    Duration.ZERO);
        }

        long median() {
            var sorted = nanos.stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }
}
