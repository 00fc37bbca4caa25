package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.SettingSource;
import dev.kintsugi.server.platform.StartFailure;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What holds for each tenant: what the platform sets by environment variables and, in table {@code
 * setting}, what it sets for one tenant and what the tenant sets for itself. Called inside a
 * transaction that sees the tenant's rows.
 */
@Component
public final class Settings {
    private static final Logger log = LoggerFactory.getLogger(Settings.class);

    private final JdbcClient jdbc;
    private final Map<Setting, BigDecimal> platform = new EnumMap<>(Setting.class);
    private final Map<Setting, BigDecimal> standard = new EnumMap<>(Setting.class);

    @Autowired
    Settings(JdbcClient jdbc, Environment environment) {
        this(jdbc, environment::getProperty);
    }

    /**
     * @param variables the environment's; null for one that is not set
     * @throws StartFailure when one has a value that is none
     */
    public Settings(JdbcClient jdbc, Function<String, @Nullable String> variables) {
        this.jdbc = jdbc;
        for (var setting : Setting.values()) {
            var value = setting.standard();
            if (value != null) {
                standard.put(setting, value);
            }
            var given = variables.apply(setting.variable());
            if (given != null && !given.isBlank()) {
                platform.put(setting, platformValue(setting, given.strip()));
            }
        }
    }

    private static BigDecimal platformValue(Setting setting, String given) {
        var value = number(given);
        var problem =
                value == null
                        ? "must be a number, was " + given
                        : setting.problem(value).orElse(null);
        if (value == null || problem != null) {
            throw new StartFailure(setting.variable() + " " + problem + ".");
        }
        return value;
    }

    private static @Nullable BigDecimal number(String text) {
        try {
            return new BigDecimal(text.strip());
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** What holds for the tenant. */
    public InForce of(String tenant) {
        var ofPlatform = new EnumMap<>(platform);
        var ofTenant = new EnumMap<Setting, BigDecimal>(Setting.class);
        jdbc.sql("select name, value, set_by from setting where tenant_id = ?")
                .param(tenant)
                .query(row -> {
                    var level = row.getString("set_by").equals("tenant") ? ofTenant : ofPlatform;
                    put(tenant, row.getString("name"), row.getString("value"), level);
                });
        return new InForce(
                Map.of(
                        SettingSource.DEFAULT, standard,
                        SettingSource.PLATFORM, ofPlatform,
                        SettingSource.TENANT, ofTenant));
    }

    /**
     * A value that is none, or is out of range, is as if it were not set: it must not stop the
     * tenant's runs. It was not written through the API.
     */
    private static void put(
            String tenant, String name, String text, Map<Setting, BigDecimal> level) {
        var setting = Setting.named(name);
        var value = number(text);
        if (setting.isEmpty()) {
            return;
        }
        var problem =
                value == null
                        ? "must be a number, was " + text
                        : setting.get().problem(value).orElse(null);
        if (value == null || problem != null) {
            log.warn("setting {} of tenant {} {}: it is passed over", name, tenant, problem);
        } else {
            level.put(setting.get(), value);
        }
    }

    /** What the tenant sets for itself, or the platform for it. */
    enum SetBy {
        PLATFORM,
        TENANT
    }

    /**
     * Sets a value.
     *
     * @param value within the setting's range; null to have it no longer set
     */
    void set(String tenant, SetBy by, Setting setting, @Nullable BigDecimal value, Instant now) {
        var level = by == SetBy.TENANT ? "tenant" : "platform";
        if (value == null) {
            jdbc.sql("delete from setting where tenant_id = ? and name = ? and set_by = ?")
                    .params(tenant, setting.wireName(), level)
                    .update();
        } else {
            jdbc.sql(
                            """
                            insert into setting (tenant_id, name, set_by, value, updated_at) values (?, ?, ?, ?, ?)
                            on conflict (tenant_id, name, set_by)
                                do update set value = excluded.value, updated_at = excluded.updated_at
                            """)
                    .params(
                            tenant,
                            setting.wireName(),
                            level,
                            value.toPlainString(),
                            Timestamp.from(now))
                    .update();
        }
    }
}
