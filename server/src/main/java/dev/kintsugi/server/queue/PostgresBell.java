package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.server.platform.StartFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rings by {@code NOTIFY}, which makes commits wait for each other: so it has connections of its
 * own, apart from every turn, and rings at most once in 10 ms for all that came in between.
 */
public final class PostgresBell implements Bell, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresBell.class);
    private static final String CHANNEL = "kintsugi_work";
    private static final Duration APART = Duration.ofMillis(10);
    private static final Duration AFTER_ERROR = Duration.ofSeconds(1);
    private static final int LISTEN_MILLIS = 250;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

    private final DataSource source;
    private final List<Consumer<Set<QueueClass>>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private final Set<QueueClass> waiting = EnumSet.noneOf(QueueClass.class);
    private final List<Thread> threads = new ArrayList<>();
    private volatile int ringer;
    private volatile boolean closed;

    /**
     * @param source two connections of which are held until the bell is closed
     */
    public PostgresBell(DataSource source) {
        this.source = source;
    }

    /** Begins to ring and to listen. */
    public void start() {
        threads.add(Thread.ofVirtual().name("bell-ring").start(() -> keep(this::ringing)));
        threads.add(Thread.ofVirtual().name("bell-listen").start(() -> keep(this::listening)));
    }

    @Override
    public void ring(Set<QueueClass> classes) {
        lock.lock();
        try {
            waiting.addAll(classes);
            rung.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onRing(Consumer<Set<QueueClass>> heard) {
        listeners.add(heard);
    }

    /** What is done on a connection until it breaks. */
    private interface Task {
        void on(Connection connection) throws SQLException, InterruptedException;
    }

    private void keep(Task task) {
        while (!closed) {
            try (var connection = source.getConnection()) {
                task.on(connection);
            } catch (InterruptedException _) {
                return;
            } catch (StartFailure _) {
                return; // there is no database, and so no server
            } catch (SQLException | RuntimeException e) {
                if (!closed) {
                    log.info("the bell between servers is hung up anew: {}", e.toString());
                    rest();
                }
            }
        }
    }

    private void rest() {
        lock.lock();
        try {
            var nanos = AFTER_ERROR.toNanos();
            while (nanos > 0 && !closed) {
                nanos = rung.awaitNanos(nanos);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void ringing(Connection connection) throws SQLException, InterruptedException {
        ringer = connection.unwrap(PGConnection.class).getBackendPID();
        try (var notify = connection.prepareStatement("select pg_notify(?, ?)")) {
            notify.setString(1, CHANNEL);
            while (!closed) {
                var classes = next();
                if (!classes.isEmpty()) {
                    notify.setString(2, written(classes));
                    notify.execute();
                }
            }
        }
    }

    /** Waits for what is to be told, at least the time that rings are apart. */
    private Set<QueueClass> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var apart = APART.toNanos();
            while (apart > 0 && !closed) {
                apart = rung.awaitNanos(apart);
            }
            while (waiting.isEmpty() && !closed) {
                rung.await();
            }
            var classes = EnumSet.noneOf(QueueClass.class);
            classes.addAll(waiting);
            waiting.clear();
            return classes;
        } finally {
            lock.unlock();
        }
    }

    private void listening(Connection connection) throws SQLException {
        try (var listen = connection.createStatement()) {
            listen.execute("listen " + CHANNEL);
        }
        var postgres = connection.unwrap(PGConnection.class);
        while (!closed) {
            var heard = postgres.getNotifications(LISTEN_MILLIS);
            if (heard != null) {
                Arrays.stream(heard)
                        .filter(one -> one.getPID() != ringer)
                        .map(PGNotification::getParameter)
                        .map(PostgresBell::read)
                        .forEach(
                                classes -> listeners.forEach(listener -> listener.accept(classes)));
            }
        }
    }

    private static String written(Set<QueueClass> classes) {
        return classes.stream()
                .map(queue -> queue.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    /** Names that this version does not know are another's. */
    private static Set<QueueClass> read(String names) {
        var classes = EnumSet.noneOf(QueueClass.class);
        for (var queue : QueueClass.values()) {
            if (List.of(names.split(",", -1)).contains(queue.name().toLowerCase(Locale.ROOT))) {
                classes.add(queue);
            }
        }
        return classes;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
        // An interrupt would break the connections, of which the pool would warn.
        for (var thread : threads) {
            try {
                thread.join(LONGEST_CLOSE);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
