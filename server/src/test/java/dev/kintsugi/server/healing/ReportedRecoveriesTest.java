package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.client.healing.RecoveryEntry;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Recoveries and calls given up, as processes report them by the thousand. */
class ReportedRecoveriesTest {
    private static final String ACME = "acme";

    private final TestDatabase database = TestDatabase.fresh().tenants(ACME);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Components components =
            new Components(
                    database.transactions(),
                    HealingRows.of(database.jdbc()),
                    _ -> {},
                    () -> true,
                    () -> now);
    private final OutcomeBatches outcomes =
            new OutcomeBatches(
                    database.transactions(),
                    database.jdbc(),
                    components,
                    new HealingMetrics(new SimpleMeterRegistry()),
                    () -> now);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void warnsOfRecoveriesThatFailedLatelyNotOfCallsThatWereHeldBack() {
        takeRecoveries(Outcome.CONTAINED, 500);
        takeRecoveries(Outcome.RECOVERED, 81);
        takeRecoveries(Outcome.FAILED, 20);

        assertThat(components.look(ACME, "api").issues())
                .containsExactly("api: only 81 of 101 recoveries succeeded");
        now = now.plus(Duration.ofMinutes(6));
        assertThat(components.look(ACME, "api").issues()).isEmpty();
    }

    @Test
    void remembersNoMoreThanAThousandRecoveries() {
        var one =
                new Outcomes.EndedRecovery(
                        RecoveryAction.FALLBACK, Outcome.RECOVERED, "call", 1, 1.0, "", null);
        for (int i = 0; i < 3; i++) {
            take(
                    new Outcomes(
                            "batch-" + i, "web-1", 0L, null, null, Collections.nCopies(500, one)));
        }

        var rows = new RecoveryRows(database.jdbc());
        database.transactions()
                .asTenant(
                        ACME,
                        () -> {
                            assertThat(rows.recent(ACME, 5_000)).hasSize(RecoveryRows.HISTORY);
                            assertThat(rows.counts(ACME).getFirst().recovered()).isEqualTo(1_500);
                            return 0;
                        });
    }

    /** An outage makes thousands: each as a statement of its own would make the outage worse. */
    @Test
    void takesManyRecoveriesByOneStatement() {
        var contained =
                new Outcomes.EndedRecovery(
                        RecoveryAction.CIRCUIT_BREAK,
                        Outcome.CONTAINED,
                        "get",
                        0,
                        0.5,
                        "",
                        900_000);
        var served =
                new Outcomes.EndedRecovery(
                        RecoveryAction.FALLBACK, Outcome.RECOVERED, "get", 1, 20.0, "m", null);
        var ended = new ArrayList<>(Collections.nCopies(999, served));
        ended.add(contained);

        take(new Outcomes("outage", "web-1", 0L, null, List.of(), ended));

        var overall = components.recoveries(ACME).overall();
        assertThat(overall.totalRecoveries()).isEqualTo(900_999);
        assertThat(overall.contained()).isEqualTo(900_000);
        assertThat(overall.avgDurationMs()).isEqualTo(0.5);
        var rows = new RecoveryRows(database.jdbc());
        var recent = database.transactions().asTenant(ACME, () -> rows.recent(ACME, 2));
        assertThat(recent)
                .extracting(RecoveryEntry::count, RecoveryEntry::message)
                .containsExactly(tuple(900_000, ""), tuple(1, "m"));
        var inserts = "select count(distinct cmin::text) from healing_recovery";
        assertThat(
                        database.transactions()
                                .asTenant(
                                        ACME,
                                        () ->
                                                database.jdbc()
                                                        .sql(inserts)
                                                        .query(Integer.class)
                                                        .single()))
                .isEqualTo(1);
    }

    @Test
    void keepsTheLastThousandDeadLetters() {
        var refused =
                new FailedCall(
                        FailureCategory.VALIDATION,
                        null,
                        null,
                        "call",
                        "planted",
                        null,
                        null,
                        null,
                        null);
        for (int i = 0; i < 3; i++) {
            take(
                    new Outcomes(
                            "dead-" + i,
                            "web-1",
                            0L,
                            null,
                            Collections.nCopies(500, refused),
                            null));
        }

        var rows = new DeadLetterRows(database.jdbc());
        assertThat(database.transactions().asTenant(ACME, () -> rows.recent(ACME, 5_000)))
                .hasSize(DeadLetterRows.HISTORY);
    }

    private void take(Outcomes told) {
        assertThat(outcomes.take(ACME, Batch.of("api", told, now)).accepted()).isTrue();
    }

    private void takeRecoveries(Outcome outcome, int count) {
        var ended =
                new Outcomes.EndedRecovery(
                        RecoveryAction.FALLBACK, outcome, "call", 1, 1.0, "", count);
        take(new Outcomes(outcome.name(), "web-1", 0L, null, null, List.of(ended)));
    }
}
