package dev.kintsugi.server.platform;

import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.EmbeddedPostgres;
import dev.kintsugi.server.platform.postgres.Pool;
import dev.kintsugi.server.platform.postgres.PostgresBlobs;
import dev.kintsugi.server.platform.postgres.PostgresTransactions;
import dev.kintsugi.server.platform.postgres.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * A migrated database of its own on a real PostgreSQL, for one test class: {@code static final
 * TestDatabase DB = TestDatabase.fresh();}. One server serves the whole JVM and goes with it; it
 * does not flush to disk.
 */
public final class TestDatabase implements AutoCloseable {
    private static final String TEMPLATE = "migrated";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final DatabaseLogin owner;
    private final DatabaseLogin app;
    private final HikariDataSource source;
    private final Transactions transactions;

    private TestDatabase(DatabaseLogin owner, DatabaseLogin app) {
        this.owner = owner;
        this.app = app;
        source = Pool.open(app);
        transactions = new PostgresTransactions(source);
    }

    /** A new database with the schema and nothing in it. */
    public static TestDatabase fresh() {
        String name = "test_" + COUNT.incrementAndGet();
        execute(Server.OWNER, "create database %s template %s".formatted(name, TEMPLATE));
        return new TestDatabase(Server.OWNER.database(name), Server.APP.database(name));
    }

    public Transactions transactions() {
        return transactions;
    }

    public Blobs blobs() {
        return new PostgresBlobs(transactions, jdbc());
    }

    /**
     * As the server's own user: outside of {@link #transactions()} it sees no rows of any tenant.
     */
    public JdbcClient jdbc() {
        return JdbcClient.create(source);
    }

    /** As the server's own user. */
    public DataSource dataSource() {
        return source;
    }

    /** As a server's own user, for one in a process of its own. */
    public DatabaseLogin app() {
        return app;
    }

    /** As the owner, who is above the policies. */
    public DatabaseLogin owner() {
        return owner;
    }

    /** Adds tenants, as most tables refer to one. */
    public TestDatabase tenants(String... tenants) {
        for (String tenant : tenants) {
            transactions.asTenant(
                    tenant,
                    () ->
                            jdbc().sql(
                                            "insert into tenant (tenant_id, created_at) values (?, now())")
                                    .param(tenant)
                                    .update());
        }
        return this;
    }

    /** Runs a statement as the owner, who is above the policies, outside of any transaction. */
    public void asOwner(String sql) {
        execute(owner, sql);
    }

    @Override
    public void close() {
        source.close();
    }

    private static void execute(DatabaseLogin login, String sql) {
        try (var connection =
                        DriverManager.getConnection(login.url(), login.user(), login.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Loaded, and so started, with the first database. */
    private static final class Server {
        static final DatabaseLogin OWNER = start();
        static final DatabaseLogin APP = template();

        private static DatabaseLogin start() {
            try {
                Path home = Files.createTempDirectory("kintsugi-test");
                var server =
                        EmbeddedPostgres.start(
                                home,
                                Map.of(
                                        "fsync",
                                        "off",
                                        "synchronous_commit",
                                        "off",
                                        "full_page_writes",
                                        "off",
                                        "max_connections",
                                        "300"));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, home)));
                return server.owner();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static DatabaseLogin template() {
            execute(OWNER, "create database " + TEMPLATE);
            return Schema.migrate(OWNER.database(TEMPLATE));
        }

        private static void stop(EmbeddedPostgres server, Path home) {
            try {
                server.close();
                FileSystemUtils.deleteRecursively(home);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
