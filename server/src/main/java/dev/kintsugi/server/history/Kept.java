package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long each tenant's runs are kept after their end. */
public final class Kept {
    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final Settings settings;

    public Kept(Transactions transactions, JdbcClient jdbc, Settings settings) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Never less than the platform requires, whatever was set before it did. */
    public Duration of(String tenant) {
        var inForce = transactions.asTenant(tenant, () -> settings.of(tenant));
        return Duration.ofDays(
                Math.max(
                        inForce.whole(Setting.KEEP_RUNS_DAYS),
                        inForce.whole(Setting.KEEP_RUNS_MIN_DAYS)));
    }

    List<String> tenants() {
        return transactions.asSystem(() ->
                jdbc.sql("select tenant_id from tenant order by tenant_id")
                        .query(String.class)
                        .list());
    }
}
