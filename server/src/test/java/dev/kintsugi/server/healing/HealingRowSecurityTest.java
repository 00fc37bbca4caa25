package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** What tenants see of each other's components, asked of the database as the server's own user. */
class HealingRowSecurityTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TestDatabase database = TestDatabase.fresh().tenants("acme", "globex");

    @BeforeEach
    void leaveRowsOfAcmeEverywhere() {
        var rows = HealingRows.of(database.jdbc());
        var metrics = new HealingMetrics(new SimpleMeterRegistry());
        var components =
                new Components(database.transactions(), rows, metrics, () -> true, () -> NOW);
        components.register(
                "acme",
                new Component(
                        "api",
                        false,
                        true,
                        BreakerConfig.standard(),
                        HoldDown.at(HealthStatus.INSUFFICIENT_DATA),
                        null,
                        NOW));
        var told =
                new Outcomes(
                        "b1",
                        "n1",
                        5L,
                        null,
                        List.of(
                                new Outcomes.FailedCall(
                                        FailureCategory.VALIDATION,
                                        null,
                                        null,
                                        "",
                                        "",
                                        "",
                                        "",
                                        "",
                                        null)),
                        List.of(
                                new Outcomes.EndedRecovery(
                                        RecoveryAction.FALLBACK,
                                        Outcome.RECOVERED,
                                        "",
                                        1,
                                        1.0,
                                        "",
                                        null)));
        new OutcomeBatches(database.transactions(), database.jdbc(), components, metrics, () -> NOW)
                .take("acme", Batch.of("api", told, NOW));
        new Monitorings(database.transactions(), database.jdbc(), components, () -> NOW)
                .set("acme", true);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "healing_component",
                "healing_slice",
                "healing_error",
                "healing_dead_letter",
                "healing_recovery",
                "healing_recovery_count",
                "healing_batch",
                "healing_monitoring",
                "healing_breaker"
            })
    void anotherTenantSeesAndChangesNothing(String table) {
        assertThat(countAs("acme", table)).isPositive();
        assertThat(countAs("globex", table)).isZero();
        assertThat(count(table)).as("without any tenant").isZero();
        int deleted =
                database.transactions()
                        .asTenant(
                                "globex",
                                () -> database.jdbc().sql("delete from " + table).update());
        assertThat(deleted).isZero();
        assertThat(countAs("acme", table)).isPositive();
    }

    @Test
    void nobodyWritesInAnothersName() {
        assertThatThrownBy(() ->
                        database.transactions()
                                .asTenant(
                                        "globex",
                                        () ->
                                                database.jdbc()
                                                        .sql(
                                                                "insert into healing_batch values ('acme', 'x', now())")
                                                        .update()))
                .isInstanceOf(DataAccessException.class);
    }

    private int count(String table) {
        return database.jdbc().sql("select count(*) from " + table).query(Integer.class).single();
    }

    private int countAs(String tenant, String table) {
        return database.transactions().asTenant(tenant, () -> count(table));
    }
}
