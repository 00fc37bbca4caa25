package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long each tenant's runs are kept after their end. */
public final class Kept {
    private static final Logger log = LoggerFactory.getLogger(Kept.class);

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

    /** Sweeps tenant by tenant; one whose turn fails is logged, and does not keep the others. */
    Swept ofEach(String what, Function<String, Swept> sweep) {
        var all = Swept.NOTHING;
        for (var tenant : tenants()) {
            try {
                all = all.plus(sweep.apply(tenant));
            } catch (RuntimeException e) {
                log.warn(
                        "cannot sweep {} of tenant {}, tried again: {}",
                        what,
                        tenant,
                        e.toString());
            }
        }
        return all;
    }

    private List<String> tenants() {
        return transactions.asSystem(() ->
                jdbc.sql("select tenant_id from tenant order by tenant_id")
                        .query(String.class)
                        .list());
    }
}
