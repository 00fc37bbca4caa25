package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PostgresRunBreakersTest extends RunBreakersContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final TestDatabase database = TestDatabase.fresh().tenants(TENANT, OTHER);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void eachTenantHasTheThresholdAndCooldownThatItSet() {
        set(OTHER, "circuit_breaker_threshold", "2");
        set(OTHER, "circuit_breaker_cooldown_minutes", "1");
        var breakers = breakers();

        for (var tenant : List.of(TENANT, OTHER)) {
            fail(breakers, tenant, 2);
        }

        assertThat(permits(breakers, TENANT, START)).isTrue();
        assertThat(permits(breakers, OTHER, START)).isFalse();
        fail(breakers, TENANT, BreakerConfig.ofRuns().failureThreshold() - 2);
        var later = START.plus(Duration.ofMinutes(1));
        assertThat(permits(breakers, TENANT, later)).isFalse();
        assertThat(permits(breakers, OTHER, later)).isTrue();
    }

    @Test
    void aSettingThatMakesNoSenseIsAsIfItWereNotSet() {
        set(OTHER, "circuit_breaker_threshold", "0");
        set(OTHER, "circuit_breaker_cooldown_minutes", "soon");
        var breakers = breakers();

        fail(breakers, OTHER, BreakerConfig.ofRuns().failureThreshold() - 1);
        assertThat(permits(breakers, OTHER, START)).isTrue();
        fail(breakers, OTHER, 1);

        var cooldown = BreakerConfig.ofRuns().timeout();
        assertThat(permits(breakers, OTHER, START.plus(cooldown).minusMillis(1))).isFalse();
        assertThat(permits(breakers, OTHER, START.plus(cooldown))).isTrue();
    }

    private Breakers breakers() {
        return new RunBreakers(
                new PostgresBreakerRows(database.jdbc()),
                new TenantBreakers(new Settings(database.jdbc(), _ -> null)));
    }

    private boolean permits(Breakers breakers, String tenant, Instant now) {
        return database.transactions()
                .asSystem(() -> breakers.permits(tenant, FailureClass.INFRA, now));
    }

    private void fail(Breakers breakers, String tenant, int times) {
        for (var i = 0; i < times; i++) {
            database.transactions()
                    .asSystem(() -> {
                        breakers.record(tenant, FailureClass.INFRA, false, START);
                        return tenant;
                    });
        }
    }

    private void set(String tenant, String name, String value) {
        database.transactions()
                .asTenant(
                        tenant,
                        () ->
                                database.jdbc()
                                        .sql(
                                                "insert into setting (tenant_id, name, value, updated_at) values (?, ?, ?, now())")
                                        .params(tenant, name, value)
                                        .update());
    }

    @Override
    Opened opened() {
        return new Opened(new PostgresBreakerRows(database.jdbc()), database.transactions());
    }
}
