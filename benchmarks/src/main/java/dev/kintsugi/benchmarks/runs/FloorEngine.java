package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.Schema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What the database can do at best: the rows that Kintsugi keeps of a run of three steps (the run,
 * its events, its tasks), written by hand into the same tables by one statement for each table, in
 * four transactions for many runs at once, as Kintsugi's are: handed in, and each step's end. No
 * decisions, no checks, no reading; bodies are of the same size and stand ready.
 */
final class FloorEngine implements Engine {
    /** As Kintsugi has lanes of turns. */
    private static final int CONNECTIONS = 2;

    private static final String EVENT = "e".repeat(330);
    private static final String TASK = "t".repeat(620);
    private static final String PLAN = "p".repeat(700);
    private static final String VIEW = "v".repeat(420);

    private static final String HAND_IN =
            """
            insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view, created_at)
            select 'default', run, 'chain', 'running', '%s', 1, 1, sha256(''), '%s', now() from unnest(?) as run
            """
                    .formatted(PLAN, VIEW);
    private static final String LOG =
            """
            insert into run_event (tenant_id, run_id, seq, body, mac, notes)
            select 'default', run, ?, '%s'::bytea, sha256(''), '[]' from unnest(?) as run
            """
                    .formatted(EVENT);
    private static final String DISPATCH =
            """
            insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at,
                task, worker_id, acquired_at, last_heartbeat, expires_at, token, leases)
            select 'cpu', 'default', run || ':s' || ?, 'leased', run, 'step', 1, now(), '%s', 'bench', now(), now(),
                ?, nextval('queue_fence'), 1
            from unnest(?) as run
            """
                    .formatted(TASK);
    private static final String END_TASK =
            """
            delete from mb_v4_queue_lease
            where lease_key in (select run || ':s' || ? from unnest(?) as run)
            """;
    private static final String MOVE =
            """
            update run set status = ?, seq = ?, mac = sha256('1'), view = '%s', finished_at = ?
            where run_id = any(?)
            """
                    .formatted(VIEW);

    private final List<Writing> lanes = new ArrayList<>();
    private long handedIn;

    private FloorEngine(DatabaseLogin database) throws SQLException {
        for (int i = 0; i < CONNECTIONS; i++) {
            lanes.add(new Writing(connection(database)));
        }
    }

    static Engine open(DatabaseLogin database) throws SQLException {
        Schema.migrate(database);
        try (var connection = connection(database);
                var statement = connection.createStatement()) {
            statement.execute("insert into tenant values ('default', now())");
            connection.commit();
        }
        return new FloorEngine(database);
    }

    private static Connection connection(DatabaseLogin database) throws SQLException {
        var connection =
                DriverManager.getConnection(database.url(), database.user(), database.password());
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "set role kintsugi_system; set enable_seqscan = off"); // as Kintsugi has it
        }
        connection.commit();
        return connection;
    }

    @Override
    public Tally during(int inFlight, Duration time) throws Exception {
        int atOnce = Math.max(1, inFlight / CONNECTIONS);
        long begin = System.nanoTime();
        long until = begin + time.toNanos();
        long runs = 0;
        try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            var done = new ArrayList<Future<Long>>();
            for (var lane : lanes) {
                done.add(threads.submit(() -> write(lane, atOnce, until)));
            }
            for (var lane : done) {
                runs += lane.get();
            }
        }
        return new Tally(runs, System.nanoTime() - begin);
    }

    private long write(Writing lane, int atOnce, long until) throws SQLException {
        long done = 0;
        for (; System.nanoTime() < until; done += atOnce) {
            lane.write(names(atOnce));
        }
        return done;
    }

    private synchronized String[] names(int many) {
        handedIn += many;
        long first = handedIn;
        return IntStream.range(0, many)
                .mapToObj(i -> "r-%024d".formatted(first - i))
                .toArray(String[]::new);
    }

    /** One connection with its statements. */
    private static final class Writing implements AutoCloseable {
        private static final Duration LEASE = Duration.ofSeconds(30);

        private final Connection connection;
        private final PreparedStatement handIn;
        private final PreparedStatement log;
        private final PreparedStatement dispatch;
        private final PreparedStatement endTask;
        private final PreparedStatement move;

        Writing(Connection connection) throws SQLException {
            this.connection = connection;
            handIn = connection.prepareStatement(HAND_IN);
            log = connection.prepareStatement(LOG);
            dispatch = connection.prepareStatement(DISPATCH);
            endTask = connection.prepareStatement(END_TASK);
            move = connection.prepareStatement(MOVE);
        }

        void write(String[] runs) throws SQLException {
            var names = connection.createArrayOf("text", runs);
            handIn.setArray(1, names);
            handIn.executeUpdate();
            for (int step = 0; step <= 3; step++) {
                if (step > 0) {
                    endTask.setString(1, Integer.toString(step - 1));
                    endTask.setArray(2, names);
                    endTask.executeUpdate();
                    boolean last = step == 3;
                    move.setString(1, last ? "succeeded" : "running");
                    move.setLong(2, step + 1L);
                    move.setTimestamp(3, last ? Timestamp.from(Instant.now()) : null);
                    move.setArray(4, names);
                    move.executeUpdate();
                }
                log.setLong(1, step + 1L);
                log.setArray(2, names);
                log.executeUpdate();
                if (step < 3) {
                    dispatch.setString(1, Integer.toString(step));
                    dispatch.setTimestamp(2, Timestamp.from(Instant.now().plus(LEASE)));
                    dispatch.setArray(3, names);
                    dispatch.executeUpdate();
                }
                connection.commit();
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Override
    public void close() throws SQLException {
        for (var lane : lanes) {
            lane.close();
        }
    }
}
