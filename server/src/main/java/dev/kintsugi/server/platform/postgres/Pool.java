package dev.kintsugi.server.platform.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;

/** The server's connections. */
public final class Pool {
    /** Enough for a server of a few cores; PostgreSQL gains nothing from more. */
    private static final int MAX_CONNECTIONS = 12;

    private static final int IDLE_CONNECTIONS = 2;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private Pool() {}

    /** A pool of at most 12 connections; waits at most 10 s for one. Close it at the end. */
    public static HikariDataSource open(DatabaseLogin login) {
        var config = new HikariConfig();
        config.setPoolName("kintsugi");
        config.setJdbcUrl(login.url());
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setMaximumPoolSize(MAX_CONNECTIONS);
        config.setMinimumIdle(IDLE_CONNECTIONS);
        config.setConnectionTimeout(CONNECT_LIMIT.toMillis());
        config.addDataSourceProperty("ApplicationName", "kintsugi");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return new HikariDataSource(config);
    }
}
