package dev.kintsugi.server.platform.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.StartFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * The server's database: the one that {@code KINTSUGI_DB_URL} names, or an embedded one. It comes
 * up, migrated, while the rest of the server is put together; the first connection waits for it.
 */
public final class Database implements AutoCloseable {
    /** A login in the URL would go before the one given beside it, the server's own too. */
    private static final Pattern LOGIN_IN_URL =
            Pattern.compile("^[^?]*@|[?&](user|password|service)=");

    private final CompletableFuture<Opened> opened = new CompletableFuture<>();

    private Database() {}

    private record Opened(@Nullable EmbeddedPostgres embedded, HikariDataSource pool) {}

    /** Begins to start it. */
    public static Database start(Home home, Map<String, String> environment) {
        var database = new Database();
        Thread.ofVirtual().name("database-start").start(() -> database.complete(home, environment));
        return database;
    }

    /** Its connections, as the server's own user. */
    public DataSource source() {
        return new AbstractDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return opened().pool.getConnection();
            }

            @Override
            public Connection getConnection(String user, String password) {
                throw new UnsupportedOperationException("The pool has one user");
            }
        };
    }

    /** Waits until it is up. @throws StartFailure when it cannot be */
    public void await() {
        opened();
    }

    private Opened opened() {
        try {
            return opened.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StartFailure failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Closes the connections, and stops the server if it is ours. */
    @Override
    public void close() {
        if (opened.handle((_, failure) -> failure != null).join()) {
            return;
        }
        Opened open = opened.join();
        open.pool.close();
        if (open.embedded != null) {
            open.embedded.close();
        }
    }

    private void complete(Home home, Map<String, String> environment) {
        EmbeddedPostgres embedded = null;
        try {
            String url = environment.getOrDefault("KINTSUGI_DB_URL", "");
            DatabaseLogin owner;
            if (url.isBlank()) {
                embedded = EmbeddedPostgres.start(home.folder());
                owner = embedded.owner();
            } else {
                owner = external(url, environment);
            }
            var app =
                    Schema.migrate(owner, environment.getOrDefault("KINTSUGI_DB_APP_PASSWORD", ""));
            KeyCheck.require(owner, home.chainKey());
            opened.complete(new Opened(embedded, Pool.open(app)));
        } catch (RuntimeException e) {
            if (embedded != null) {
                embedded.close();
            }
            opened.completeExceptionally(e);
        }
    }

    private static DatabaseLogin external(String url, Map<String, String> environment) {
        if (!url.startsWith("jdbc:postgresql://") || LOGIN_IN_URL.matcher(url).find()) {
            throw new StartFailure(
                    "KINTSUGI_DB_URL must look like jdbc:postgresql://host:5432/kintsugi, with KINTSUGI_DB_USER and KINTSUGI_DB_PASSWORD beside it and no login in it.");
        }
        return new DatabaseLogin(
                url,
                environment.getOrDefault("KINTSUGI_DB_USER", "kintsugi"),
                environment.getOrDefault("KINTSUGI_DB_PASSWORD", ""));
    }
}
