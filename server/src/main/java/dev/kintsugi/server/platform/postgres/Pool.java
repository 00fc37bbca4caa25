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

    /**
     * Every question is made for an index. A queue's table is often empty when its statistics are
     * taken; planned by those, its questions would read all of it a moment later. Where a question
     * has no index all the same, its table is small: compiling it would cost more than it saves.
     */
    private static final String BY_INDEX = "set enable_seqscan = off; set jit = off";

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
        config.setConnectionInitSql(BY_INDEX);
        config.addDataSourceProperty("ApplicationName", "kintsugi");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return new HikariDataSource(config);
    }
}
