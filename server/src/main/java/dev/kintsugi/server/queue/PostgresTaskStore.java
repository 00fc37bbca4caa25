package dev.kintsugi.server.queue;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The queue in table {@code mb_v4_queue_lease}. A statement that changes several of its rows and
 * waits for them locks them in the order of their keys, so that no two statements wait for each
 * other. A batch of turns changes rows in several statements; heartbeats wait for no row, so that
 * they stand in no ring with it.
 */
public final class PostgresTaskStore implements TaskStore {
    private final JdbcClient jdbc;
    private final String home;
    private final PostgresShares shares;
    private final PostgresRenewals renewals;
    private final PostgresPuts puts;

    /**
     * @param home of this server: tasks that only another's can do are left to it
     */
    public PostgresTaskStore(JdbcTemplate template, String home) {
        this.home = home;
        this.jdbc = JdbcClient.create(template);
        this.shares = new PostgresShares(jdbc);
        this.renewals = new PostgresRenewals(jdbc);
        this.puts = new PostgresPuts(jdbc);
    }

    @Override
    public void put(List<QueuedTask> tasks) {
        puts.put(tasks);
    }

    @Override
    public List<LeasedTask> give(List<Gift> gifts, Instant now, Instant expiresAt) {
        return puts.give(gifts, now, expiresAt);
    }

    @Override
    public boolean isHere(QueuedTask task) {
        return task.home() == null || task.home().equals(home);
    }

    @Override
    public SortedSet<QueueClass> waiting(SortedSet<QueueClass> queues, Instant now) {
        return new TreeSet<>(
                jdbc.sql(
                                """
                                select asked.queue from unnest(:queues::text[]) as asked (queue)
                                where exists (select from mb_v4_queue_lease where status = 'queued'
                                    and queue_name = asked.queue and available_at <= :now)
                                """)
                        .param(
                                "queues",
                                queues.stream()
                                        .map(PostgresTaskStore::lower)
                                        .toArray(String[]::new))
                        .param("now", Timestamp.from(now))
                        .query((row, _) -> queue(row.getString(1)))
                        .list());
    }

    @Override
    public int free(QueueClass queue) {
        return shares.free(lower(queue));
    }

    @Override
    public List<LeasedTask> claim(LeaseRequest request, Instant now, Instant expiresAt) {
        var claimed = new ArrayList<LeasedTask>();
        for (var queue : waiting(request, now)) {
            var slots = request.slots().getOrDefault(queue, 0);
            var room = Math.min(slots, request.max() - claimed.size());
            if (room > 0) {
                room = Math.min(room, shares.free(lower(queue)));
            }
            if (room > 0) {
                claimed.addAll(claim(queue, room, request, now, expiresAt));
            }
        }
        return claimed;
    }

    @Override
    public List<LeasedTask> handOver(LeaseRequest request, Instant now, Instant expiresAt) {
        var claimed = new ArrayList<LeasedTask>();
        for (var slot : request.slots().entrySet()) {
            var room = Math.min(slot.getValue(), request.max() - claimed.size());
            if (room > 0) {
                claimed.addAll(claim(slot.getKey(), room, request, now, expiresAt));
            }
        }
        return claimed;
    }

    /**
     * The classes in which something waits. Looks before it locks, so that idle workers do not
     * queue up for the class's row.
     */
    private List<QueueClass> waiting(LeaseRequest request, Instant now) {
        var asked =
                request.slots().keySet().stream()
                        .map(PostgresTaskStore::lower)
                        .toArray(String[]::new);
        return jdbc.sql(
                        """
                        select asked.queue from unnest(:queues::text[]) with ordinality as asked (queue, place)
                        where exists (select from mb_v4_queue_lease
                            where status = 'queued' and queue_name = asked.queue and available_at <= :now
                              and (agent is null and kind = any(:kinds) or agent = any(:agents))
                              and (:tenant::text is null or tenant_id = :tenant)
                              and (home is null or home = :home))
                        order by asked.place
                        """)
                .param("queues", asked)
                .param("tenant", request.tenant())
                .param("home", home)
                .param("now", Timestamp.from(now))
                .param("kinds", names(request.kinds()))
                .param("agents", request.agents().toArray(String[]::new))
                .query((row, _) -> queue(row.getString(1)))
                .list();
    }

    /** The tenant that has the fewest leases of the class goes first; its own tasks go by rank. */
    private List<LeasedTask> claim(
            QueueClass queue, int wanted, LeaseRequest request, Instant now, Instant expiresAt) {
        var own = request.tenant();
        var tenants =
                own == null ? shares.next(lower(queue), now) : shares.waiting(lower(queue), now);
        var room = wanted;
        if (own != null) {
            if (tenants.stream().anyMatch(waiting -> !waiting.equals(own))) {
                room = Math.min(room, shares.room(own, tenants, lower(queue)));
            }
            tenants = List.of(own);
        }
        if (room < 1 || tenants.isEmpty()) {
            return List.of();
        }
        return jdbc
                .sql(PostgresShares.CLAIM)
                .param("worker", request.worker())
                .param("now", Timestamp.from(now))
                .param("expires", Timestamp.from(expiresAt))
                .param("queue", lower(queue))
                .param("tenants", tenants.toArray(String[]::new))
                .param("fairly", tenants.size() > 1)
                .param("kinds", names(request.kinds()))
                .param("agents", request.agents().toArray(String[]::new))
                .param("home", home)
                .param("room", room)
                .param("spare", PostgresShares.SPARE)
                .query((row, _) ->
                        new Claimed(
                                row.getLong("rank"),
                                row.getLong("id"),
                                new LeasedTask(task(row), queue, row.getLong("token"), expiresAt)))
                .list()
                .stream()
                .sorted(
                        java.util.Comparator.comparingLong(Claimed::rank)
                                .thenComparingLong(Claimed::id))
                .map(Claimed::leased)
                .toList();
    }

    private record Claimed(long rank, long id, LeasedTask leased) {}

    @Override
    public Optional<Task> held(Lease lease) {
        return jdbc.sql(
                        "select task from mb_v4_queue_lease where lease_key = ? and token = ? and status = 'leased'")
                .param(lease.key())
                .param(lease.token())
                .query((row, _) -> task(row))
                .optional();
    }

    @Override
    public Map<Lease, Ended> finish(List<Lease> leases, Instant now, End how) {
        var ended = new HashMap<Lease, Ended>();
        var end =
                switch (how) {
                    case DONE -> "delete from mb_v4_queue_lease";
                    case LOST -> "update mb_v4_queue_lease set status = 'lost', ended_at = :now";
                };
        jdbc.sql(
                        """
                        with held as (
                            select lease_key from mb_v4_queue_lease
                            where %s and status || '' = 'leased' order by lease_key for update)
                        %s where lease_key = any(array(select lease_key from held))
                        returning task, token, queue_name, receipt
                        """
                                .formatted(NamedLeases.THESE, end))
                .param("now", Timestamp.from(now))
                .params(NamedLeases.named(leases))
                .query(row -> {
                    var one = ended(row);
                    ended.put(new Lease(one.task().key(), row.getLong("token")), one);
                });
        return ended;
    }

    @Override
    public Optional<Task> known(Lease lease) {
        return jdbc.sql("select task from mb_v4_queue_lease where lease_key = ? and token = ?")
                .param(lease.key())
                .param(lease.token())
                .query((row, _) -> task(row))
                .optional();
    }

    @Override
    public Map<Lease, Task> settleCancelled(List<Lease> leases) {
        var settled = new HashMap<Lease, Task>();
        jdbc.sql(
                        """
                        with held as (
                            select lease_key from mb_v4_queue_lease
                            where %s and status || '' = 'cancelled' order by lease_key for update)
                        delete from mb_v4_queue_lease where lease_key = any(array(select lease_key from held))
                        returning task, token
                        """
                                .formatted(NamedLeases.THESE))
                .params(NamedLeases.named(leases))
                .query(row -> {
                    var task = task(row);
                    settled.put(new Lease(task.key(), row.getLong("token")), task);
                });
        return settled;
    }

    @Override
    public List<LostLease> renew(
            String worker, List<Lease> leases, Instant now, Instant expiresAt) {
        return renewals.renew(worker, leases, now, expiresAt);
    }

    @Override
    public List<Ended> expire(Instant now, int limit) {
        return jdbc.sql(
                        """
                        update mb_v4_queue_lease set status = 'lost', ended_at = :now
                        where lease_key = any(array(select lease_key from mb_v4_queue_lease
                                            where status = 'leased' and expires_at <= :now limit :limit for update skip locked))
                        returning task, queue_name, receipt
                        """)
                .param("now", Timestamp.from(now))
                .param("limit", limit)
                .query((row, _) -> ended(row))
                .list();
    }

    @Override
    public List<LeasedTask> overdue(Instant now, int limit) {
        return jdbc.sql(
                        """
                        select task, token, queue_name, expires_at from mb_v4_queue_lease
                        where status = 'leased' and agent is not null
                          and acquired_at + max_ms * interval '1 millisecond' <= :now
                        order by lease_key limit :limit
                        """)
                .param("now", Timestamp.from(now))
                .param("limit", limit)
                .query((row, _) ->
                        new LeasedTask(
                                task(row),
                                queue(row.getString("queue_name")),
                                row.getLong("token"),
                                row.getTimestamp("expires_at").toInstant()))
                .list();
    }

    private static QueueClass queue(String name) {
        return QueueClass.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public List<Ended> takeBack(String worker, Instant now) {
        return jdbc.sql(
                        """
                        with held as (
                            select lease_key from mb_v4_queue_lease where status = 'leased' and worker_id = :worker
                            order by lease_key for update)
                        update mb_v4_queue_lease set status = 'lost', ended_at = :now
                        where lease_key = any(array(select lease_key from held)) returning task, queue_name, receipt
                        """)
                .param("now", Timestamp.from(now))
                .param("worker", worker)
                .query((row, _) -> ended(row))
                .list();
    }

    @Override
    public void cancel(List<String> keys, Instant now) {
        jdbc.sql(
                        """
                        with held as (
                            select lease_key from mb_v4_queue_lease
                            where lease_key = any(:keys) and status in ('queued', 'leased', 'lost')
                            order by lease_key for update)
                        update mb_v4_queue_lease set status = 'cancelled', ended_at = :now
                        where lease_key = any(array(select lease_key from held))
                        """)
                .param("now", Timestamp.from(now))
                .param("keys", keys.toArray(String[]::new))
                .update();
    }

    @Override
    public List<AtWork> atWork(List<String> runs, Instant now) {
        return jdbc.sql(
                        """
                        select task, expires_at from mb_v4_queue_lease
                        where run_id = any(?) and status = 'cancelled' and expires_at > ?
                        """)
                .params(runs.toArray(String[]::new), Timestamp.from(now))
                .query((row, _) ->
                        new AtWork(task(row), row.getTimestamp("expires_at").toInstant()))
                .list();
    }

    @Override
    public SortedSet<String> everLeased(List<String> keys) {
        // claims skip locked rows, so what is not leased yet stays so
        return new TreeSet<>(
                jdbc
                        .sql(
                                """
                                select lease_key, leases from mb_v4_queue_lease
                                where lease_key = any(:keys) order by lease_key for update
                                """)
                        .param("keys", keys.toArray(String[]::new))
                        .query((row, _) -> Map.entry(row.getString(1), row.getInt(2)))
                        .list()
                        .stream()
                        .filter(row -> row.getValue() > 0)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Override
    public boolean receipt(Lease lease, String text) {
        return jdbc.sql(
                                """
                                update mb_v4_queue_lease set receipt = coalesce(receipt, ?)
                                where lease_key = ? and token = ? and status = 'leased'
                                """)
                        .param(text)
                        .param(lease.key())
                        .param(lease.token())
                        .update()
                == 1;
    }

    @Override
    public SortedMap<String, String> receipts(List<String> keys) {
        var receipts = new TreeMap<String, String>();
        jdbc.sql(
                        """
                        select lease_key, receipt from mb_v4_queue_lease
                        where lease_key = any(?) and receipt is not null
                        """)
                .param(keys.toArray(String[]::new))
                .query(row -> {
                    receipts.put(row.getString(1), row.getString(2));
                });
        return receipts;
    }

    @Override
    public SortedMap<QueueClass, Depth> depths() {
        var depths = new TreeMap<QueueClass, Depth>();
        for (var queue : QueueClass.values()) {
            depths.put(queue, new Depth(0, 0));
        }
        jdbc.sql(
                        """
                        select queue_name, count(*) filter (where status = 'queued') as waiting,
                               count(*) filter (where status = 'leased') as leased
                        from mb_v4_queue_lease where status in ('queued', 'leased') group by queue_name
                        """)
                .query(row -> {
                    depths.put(queue(row), new Depth(row.getInt("waiting"), row.getInt("leased")));
                });
        return depths;
    }

    @Override
    public SortedMap<String, Running> running(String run) {
        var running = new TreeMap<String, Running>();
        jdbc.sql(
                        """
                        select lease_key, acquired_at, progress from mb_v4_queue_lease
                        where run_id = ? and status = 'leased'
                        """)
                .param(run)
                .query(row -> {
                    running.put(
                            row.getString(1),
                            new Running(row.getTimestamp(2).toInstant(), row.getString(3)));
                });
        return running;
    }

    @Override
    public void progress(String worker, Map<Lease, String> said) {
        jdbc.sql(
                        """
                        with said as (
                            select lease_key, token, text
                            from unnest(:keys::text[], :tokens::bigint[], :texts::text[]) as said (lease_key, token, text)
                        ), current as (
                            select lease_key, said.text from mb_v4_queue_lease join said using (lease_key, token)
                            where status = 'leased' and worker_id = :worker
                            order by lease_key for update of mb_v4_queue_lease)
                        update mb_v4_queue_lease told set progress = current.text
                        from current where told.lease_key = current.lease_key
                        """)
                .param("worker", worker)
                .param("keys", said.keySet().stream().map(Lease::key).toArray(String[]::new))
                .param("tokens", said.keySet().stream().map(Lease::token).toArray(Long[]::new))
                .param("texts", said.values().toArray(String[]::new))
                .update();
    }

    private static QueueClass queue(ResultSet row) throws SQLException {
        return QueueClass.valueOf(row.getString("queue_name").toUpperCase(Locale.ROOT));
    }

    static Ended ended(ResultSet row) throws SQLException {
        return new Ended(task(row), queue(row), row.getString("receipt"));
    }

    private static Task task(ResultSet row) throws SQLException {
        return Json.mapper().readValue(row.getString("task"), Task.class);
    }

    private static String[] names(SortedSet<TaskKind> kinds) {
        return kinds.stream().map(PostgresTaskStore::lower).toArray(String[]::new);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
