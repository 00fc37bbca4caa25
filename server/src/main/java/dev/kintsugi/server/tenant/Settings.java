package dev.kintsugi.server.tenant;

import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What tenants have set for themselves, in table {@code setting}. What a tenant has not set holds
 * as the platform sets it. Called inside a transaction that sees the tenant's rows.
 */
@Component
public final class Settings {
    private static final Logger log = LoggerFactory.getLogger(Settings.class);

    private final JdbcClient jdbc;

    public Settings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A setting that is a whole number.
     *
     * @param name as it stands in the table
     * @param min smallest value
     * @param max largest value
     */
    public record Whole(String name, int min, int max) {}

    /**
     * What the tenant has set; empty when it has not. A value that is none, or is out of range, is
     * as if it were not set: it must not stop the tenant's runs.
     */
    public OptionalInt whole(String tenant, Whole setting) {
        var found =
                jdbc.sql("select value from setting where tenant_id = ? and name = ?")
                        .params(tenant, setting.name())
                        .query(String.class)
                        .optional();
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        var value = parsed(found.get());
        if (value.isEmpty()
                || value.getAsInt() < setting.min()
                || value.getAsInt() > setting.max()) {
            log.warn(
                    "setting {} of tenant {} must be a whole number in [{}, {}], is \"{}\": the platform's holds",
                    setting.name(),
                    tenant,
                    setting.min(),
                    setting.max(),
                    found.get());
            return OptionalInt.empty();
        }
        return value;
    }

    private static OptionalInt parsed(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text.strip()));
        } catch (NumberFormatException _) {
            return OptionalInt.empty();
        }
    }
}
