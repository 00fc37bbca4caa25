package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.healing.ComponentView;
import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitoringsTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

    /** In whatever order tenants are taken, one that is well comes after the one that is not. */
    @Test
    void looksAtTheOthersWhereOneTenantsComponentsCannotBeLookedAt() {
        try (var database = TestDatabase.fresh().tenants("a", "broken", "c")) {
            var components =
                    new Components(
                            database.transactions(),
                            HealingRows.of(database.jdbc()),
                            _ -> {},
                            () -> true,
                            CLOCK);
            var monitorings =
                    new Monitorings(database.transactions(), database.jdbc(), components, CLOCK);
            for (String tenant : List.of("a", "broken", "c")) {
                report(database, components, tenant);
                monitorings.set(tenant, true);
            }
            database.transactions()
                    .asTenant(
                            "broken",
                            () ->
                                    database.jdbc()
                                            .sql("update healing_component set status = 'unheard'")
                                            .update());

            monitorings.round();

            for (String tenant : List.of("a", "c")) {
                assertThat(components.all(tenant).components())
                        .extracting(ComponentView::status)
                        .as(tenant)
                        .containsExactly(HealthStatus.CRITICAL);
            }
        }
    }

    private static void report(TestDatabase database, Components components, String tenant) {
        var failures =
                new FailedCall(
                        FailureCategory.TIMEOUT, null, null, null, null, null, null, null, 100);
        new OutcomeBatches(
                        database.transactions(),
                        database.jdbc(),
                        components,
                        new HealingMetrics(new SimpleMeterRegistry()),
                        CLOCK)
                .take(
                        tenant,
                        Batch.of(
                                "api",
                                new Outcomes("b", "n", 0L, null, List.of(failures), null),
                                CLOCK.instant()));
    }
}
