package dev.kintsugi.benchmarks.runs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;

/** What peers are given. */
final class Peers {
    /** More than Kintsugi's own pool of 12, and than either peer's default. */
    static final int CONNECTIONS = 16;

    private Peers() {}

    static HikariDataSource pool(DatabaseLogin login) {
        var config = new HikariConfig();
        config.setJdbcUrl(login.url());
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setMaximumPoolSize(CONNECTIONS);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return new HikariDataSource(config);
    }
}
