package dev.kintsugi.server.work;

import dev.kintsugi.client.api.WorkerView;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.WorkWire.Offer;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.TooManyException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;

/** Which workers there are, in table {@code worker}. What they hold is in the queue. */
@Component
final class Workers {
    /** How exact {@code last_seen} is: workers are heard of more often than is written. */
    private static final Duration EXACT = Duration.ofSeconds(10);

    /** Longer silent than that, and a worker is no longer taken for alive. */
    private static final Duration SILENCE = TaskQueue.LEASE.multipliedBy(2);

    /** Silent for as long, and it is forgotten. */
    private static final Duration KEPT = Duration.ofDays(7);

    private static final int MOST = 1_000;
    private static final TypeReference<TreeMap<QueueClass, Integer>> SLOTS =
            new TypeReference<>() {};
    private static final TypeReference<TreeSet<String>> NAMES = new TypeReference<>() {};
    private static final TypeReference<TreeMap<String, String>> LABELS = new TypeReference<>() {};

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final Settings settings;
    private final InstantSource clock;
    private final Map<Key, Instant> written = new ConcurrentHashMap<>();

    Workers(Transactions transactions, JdbcClient jdbc, Settings settings, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.settings = settings;
        this.clock = clock;
    }

    private record Key(String tenant, String worker) {}

    /**
     * Takes a worker in, or what has become of it.
     *
     * @throws TooManyException when it is new and the tenant has as many as it may
     */
    void register(String tenant, Offer offer) {
        var now = Timestamp.from(clock.instant());
        var forgotten = Timestamp.from(clock.instant().minus(KEPT));
        transactions.asTenant(
                tenant,
                () -> {
                    jdbc.sql("delete from worker where last_seen < ?").param(forgotten).update();
                    requireRoom(tenant, offer.worker());
                    return jdbc.sql(
                                    """
                                    insert into worker (tenant_id, worker_id, slots, agents, labels, capacity,
                                                        first_seen, last_seen)
                                    values (:tenant, :worker, :slots, :agents, :labels, :capacity, :now, :now)
                                    on conflict (tenant_id, worker_id) do update
                                        set slots = excluded.slots, agents = excluded.agents,
                                            labels = excluded.labels, capacity = excluded.capacity,
                                            last_seen = excluded.last_seen
                                    """)
                            .param("tenant", tenant)
                            .param("worker", offer.worker())
                            .param("slots", json(offer.slots()))
                            .param("agents", json(offer.agents()))
                            .param("labels", json(offer.labels()))
                            .param("capacity", offer.capacity())
                            .param("now", now)
                            .update();
                });
        written.put(new Key(tenant, offer.worker()), clock.instant());
    }

    /** Two that register at one moment may pass the limit together. */
    private void requireRoom(String tenant, String worker) {
        var most = settings.of(tenant).whole(Setting.MAX_WORKERS);
        var others =
                jdbc.sql("select count(*) from worker where worker_id <> ? and last_seen > ?")
                        .params(worker, Timestamp.from(clock.instant().minus(SILENCE)))
                        .query(Integer.class)
                        .single();
        if (others >= most) {
            throw TooManyException.quota(
                    "Quota max_workers: the tenant has %d workers, as many as it may have. It is free again %d s after one of them was heard of last."
                            .formatted(others, SILENCE.toSeconds()),
                    SILENCE);
        }
    }

    /** One that asks for work is noted, also when it never registered. */
    void seen(String tenant, String worker, LeaseRequest request) {
        if (!seen(tenant, worker)) {
            var slots = request.slots();
            register(
                    tenant,
                    new Offer(
                            worker,
                            slots,
                            request.agents(),
                            Collections.emptySortedMap(),
                            slots.values().stream().mapToInt(Integer::intValue).sum()));
        }
    }

    /** Notes that a worker was heard of; whether it is known. */
    boolean seen(String tenant, String worker) {
        var now = clock.instant();
        var key = new Key(tenant, worker);
        var last = written.get(key);
        if (last != null && last.plus(EXACT).isAfter(now)) {
            return true;
        }
        if (written.size() > MOST) {
            written.values().removeIf(at -> at.plus(EXACT).isBefore(now));
        }
        var known =
                transactions.asTenant(
                                tenant,
                                () ->
                                        jdbc.sql(
                                                        "update worker set last_seen = ? where worker_id = ?")
                                                .param(Timestamp.from(now))
                                                .param(worker)
                                                .update())
                        > 0;
        if (known) {
            written.put(key, now);
        }
        return known;
    }

    /** The latest heard of first, at most 1,000. */
    List<WorkerView> all(String tenant) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select worker.*, (select count(*) from mb_v4_queue_lease held
                                            where held.worker_id = worker.tenant_id || '/' || worker.worker_id
                                              and held.tenant_id = worker.tenant_id
                                              and held.status = 'leased') as holding
                                        from worker order by last_seen desc, worker_id limit ?
                                        """)
                                .param(MOST)
                                .query((row, _) -> view(row))
                                .list());
    }

    private WorkerView view(ResultSet row) throws SQLException {
        SortedMap<QueueClass, Integer> slots =
                Json.mapper().readValue(row.getString("slots"), SLOTS);
        SortedSet<String> agents = Json.mapper().readValue(row.getString("agents"), NAMES);
        var lastSeen = row.getTimestamp("last_seen").toInstant();
        return new WorkerView(
                row.getString("worker_id"),
                slots,
                agents,
                Json.mapper().readValue(row.getString("labels"), LABELS),
                row.getInt("capacity"),
                row.getInt("holding"),
                lastSeen.plus(SILENCE).isAfter(clock.instant()),
                row.getTimestamp("first_seen").toInstant(),
                lastSeen);
    }

    private static String json(Object value) {
        return Json.mapper().writeValueAsString(value);
    }
}
