package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Components on a real database, under a clock of the test's. */
class ComponentsTest {
    private static final String ACME = "acme";

    private final TestDatabase database = TestDatabase.fresh().tenants(ACME);
    private final List<HealingEvent> heard = new ArrayList<>();
    private final AtomicInteger batches = new AtomicInteger();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private boolean mayWrite = true;
    private final Components components =
            new Components(
                    database.transactions(),
                    HealingRows.of(database.jdbc()),
                    heard::add,
                    () -> mayWrite,
                    () -> now);
    private final OutcomeBatches outcomes =
            new OutcomeBatches(
                    database.transactions(),
                    database.jdbc(),
                    components,
                    new HealingMetrics(registry),
                    () -> now);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void getsWorseAtOnceAndBetterAfterThreeChecks() {
        report(100, 0);
        assertThat(status()).isEqualTo(HealthStatus.HEALTHY);

        report(0, 200);
        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        pass(Duration.ofMinutes(6));
        report(100, 0);

        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        pass(Duration.ofSeconds(30));
        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        pass(Duration.ofSeconds(30));
        assertThat(status()).isEqualTo(HealthStatus.HEALTHY);
        assertThat(heard)
                .extracting(it -> ((HealingEvent.HealthChanged) it).to())
                .containsExactly(HealthStatus.HEALTHY, HealthStatus.CRITICAL, HealthStatus.HEALTHY);
    }

    @Test
    void isUnhealthyWhileItsBreakerIsNotClosed() {
        components.register(ACME, withBreaker());
        report(0, 5);

        var health = components.look(ACME, "api");

        assertThat(health.status()).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(health.issues())
                .containsExactly(
                        "api: its circuit breaker is open since " + now + "; last: planted");
        assertThat(components.system(ACME).issues()).isEqualTo(health.issues());
        components.resetBreaker(ACME, "api");
        assertThat(components.look(ACME, "api").issues()).isEmpty();
    }

    @Test
    void doesNotMindTheBreakerOfAComponentThatIsToHaveNone() {
        components.register(ACME, withBreaker());
        report(0, 5);
        components.register(ACME, Registrations.plain("api", now));

        assertThat(components.look(ACME, "api").issues()).isEmpty();
    }

    @Test
    void tellsThatAComponentThatIsResetIsNoLongerCritical() {
        report(0, 100);
        status();

        components.reset(ACME, "api");

        assertThat(heard)
                .extracting(it -> ((HealingEvent.HealthChanged) it).to())
                .containsExactly(HealthStatus.CRITICAL, HealthStatus.INSUFFICIENT_DATA);
    }

    @Test
    void doesNotGetBetterByBeingAskedOften() {
        report(0, 100);
        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        pass(Duration.ofMinutes(6));
        report(100, 0);

        for (int poll = 0; poll < 20; poll++) {
            assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        }
    }

    @Test
    void forgetsCallsThatHaveLeftTheWindow() {
        report(50, 50);

        pass(Duration.ofMinutes(4));
        assertThat(components.look(ACME, "api").samples()).isEqualTo(100);
        pass(Duration.ofSeconds(61));
        assertThat(components.look(ACME, "api").samples()).isZero();
    }

    @Test
    void isStillToldOfWhereNothingMayBeWritten() {
        report(0, 100);
        mayWrite = false;

        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(components.stats(ACME, "api").health().status())
                .isEqualTo(HealthStatus.CRITICAL);

        assertThat(components.all(ACME).components().getFirst().status())
                .isEqualTo(HealthStatus.INSUFFICIENT_DATA);
    }

    @Test
    void isStillToldOfByADatabaseThatOnlyReadsSinceAMomentAgo() throws SQLException {
        report(0, 100);
        onlyRead();

        assertThat(status()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(components.system(ACME).systemStatus()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(components.stats(ACME, "api").health().status())
                .isEqualTo(HealthStatus.CRITICAL);
        assertThat(heard).isEmpty();
    }

    @Test
    void losesNoCallsThatAreReportedAtOnce() throws Exception {
        var reports = Collections.nCopies(40, (Callable<Outcomes.Taken>) () -> report(10, 5));
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var report : threads.invokeAll(reports)) {
                assertThat(report.get().accepted()).isTrue();
            }
        }

        assertThat(components.look(ACME, "api").samples()).isEqualTo(600);
        assertThat(components.look(ACME, "api").errorRate()).isEqualTo(0.333333);
    }

    @Test
    void takesABatchOnceThoughItComesTwiceAtTheSameTime() throws Exception {
        var same = batch("same", 10, 0);
        var tries = Collections.nCopies(8, (Callable<Outcomes.Taken>) () -> take(same));
        int taken = 0;
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var one : threads.invokeAll(tries)) {
                taken += one.get().accepted() ? 1 : 0;
            }
        }

        assertThat(taken).isEqualTo(1);
        assertThat(components.look(ACME, "api").samples()).isEqualTo(10);
    }

    @Test
    void takesBatchesOfTwoComponentsUnderOneId() {
        var same = batch("4711", 10, 0);

        take(same);
        var other = outcomes.take(ACME, Batch.of("db", same, now));

        assertThat(other.accepted()).isTrue();
        assertThat(components.look(ACME, "db").samples()).isEqualTo(10);
    }

    @Test
    void keepsABreakersStateWithTheRightRemainingTime() {
        components.register(ACME, withBreaker());
        report(0, 5);
        Instant opened = now;
        pass(Duration.ofSeconds(59));

        // another server, on the same database
        var other =
                new Components(
                        database.transactions(),
                        HealingRows.of(database.jdbc()),
                        heard::add,
                        () -> true,
                        () -> now);

        var breaker = other.breakers(ACME).circuitBreakers().getFirst();
        assertThat(breaker.state()).isEqualTo(BreakerPhase.OPEN);
        assertThat(breaker.retryAt()).isEqualTo(opened.plusSeconds(60));
        report(2, 0);
        assertThat(other.breakers(ACME).circuitBreakers().getFirst().state())
                .isEqualTo(BreakerPhase.OPEN);
        pass(Duration.ofSeconds(1));
        report(2, 0);
        assertThat(other.breakers(ACME).circuitBreakers().getFirst().state())
                .isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void readsNodesAsEarlierServersWroteThem() {
        components.register(ACME, withBreaker());
        report(0, 4);
        insert(
                "update healing_breaker set nodes = '{\"web-1\": {\"failures\": 4, \"at\": \"2026-01-01T00:00:00Z\"}}'");

        report(0, 1);

        assertThat(components.breakers(ACME).circuitBreakers().getFirst().state())
                .isEqualTo(BreakerPhase.OPEN);
    }

    /** As when nanoseconds are sent for milliseconds. */
    @Test
    void takesReportsAtTheirLimitsAgainAndAgain() {
        for (int slice = 0; slice < 3; slice++) {
            for (int i = 0; i < 3; i++) {
                String id = "big" + slice + i;
                take(new Outcomes(id, "web-1", 1_000_000L, 86_400_000.0, List.of(), List.of()));
            }
            pass(ComponentRows.SLICE);
        }

        var health = components.look(ACME, "api");
        assertThat(health.samples()).isEqualTo(9_000_000);
        assertThat(health.responseTimeMs()).isGreaterThan(1_000_000);
    }

    @Test
    void countsRequestErrorsNeitherForNorAgainst() {
        components.register(ACME, withBreaker());
        var refused = failure(FailureCategory.VALIDATION);
        take(outcomes("r", 20, Collections.nCopies(50, refused)));

        assertThat(components.look(ACME, "api").samples()).isEqualTo(20);
        take(outcomes("s", 0, Collections.nCopies(50, refused)));
        assertThat(components.breakers(ACME).circuitBreakers().getFirst().state())
                .isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void keepsWhatADatabaseCannotHoldOfAMessage() {
        var failed =
                new FailedCall(
                        FailureCategory.TIMEOUT,
                        null,
                        null,
                        "ca\0ll",
                        "pla\0nted",
                        null,
                        null,
                        null,
                        null);

        take(outcomes("nul", 0, List.of(failed)));

        var kept = components.stats(ACME, "api").recentErrors().getFirst();
        assertThat(kept.message()).isEqualTo("pla\uFFFDnted");
        assertThat(kept.operation()).isEqualTo("ca\uFFFDll");
    }

    @Test
    void refusesMoreComponentsThanATenantMayHave() {
        fill(Components.MOST);

        assertThatThrownBy(() -> report(1, 0)).isInstanceOf(ConflictException.class);
        assertThat(components.register(ACME, Registrations.plain("c7", now)).isNew()).isFalse();
    }

    @Test
    void refusesThoseBeyondItThoughManyAreAddedAtOnce() throws Exception {
        fill(Components.MOST - 5);
        var added = new AtomicInteger();

        atOnce(
                20,
                i -> {
                    try {
                        components.register(ACME, Registrations.plain("new-" + i, now));
                        added.incrementAndGet();
                    } catch (ConflictException _) {
                        // one of fifteen
                    }
                });

        assertThat(added).hasValue(5);
        assertThat(components.all(ACME).components()).hasSize(Components.MOST);
    }

    @Test
    void keepsItsRegistrationThoughAReportComesAtTheSameTime() throws Exception {
        try (var threads = Executors.newFixedThreadPool(1)) {
            var report =
                    database.transactions()
                            .asTenant(
                                    ACME,
                                    () -> {
                                        components.register(ACME, withBreaker());
                                        var begun = threads.submit(() -> report(1, 0));
                                        await().until(this::somebodyWaits);
                                        return begun;
                                    });

            assertThat(report.get().circuitBreaker()).isNotNull();
        }
        assertThat(components.all(ACME).components().getFirst().enableCircuitBreaker()).isTrue();
    }

    private boolean somebodyWaits() {
        return database.jdbc()
                .sql(
                        "select exists (select from pg_locks join pg_database d on d.oid = database"
                                + " where datname = current_database() and not granted)")
                .query(Boolean.class)
                .single();
    }

    @Test
    void isNewToOneOfThoseWhoRegisterItAtOnce() throws Exception {
        var first = new AtomicInteger();

        atOnce(
                8,
                _ -> {
                    if (components.register(ACME, withBreaker()).isNew()) {
                        first.incrementAndGet();
                    }
                });

        assertThat(first).hasValue(1);
    }

    @Test
    void knowsABatchAgainForADay() {
        var told = batch("b", 10, 0);
        take(told);

        pass(OutcomeBatches.KNOWN_FOR);
        outcomes.forget();
        assertThat(take(told).accepted()).isFalse();
        pass(Duration.ofMillis(1));
        outcomes.forget();

        assertThat(take(told).accepted()).isTrue();
    }

    @Test
    void knowsTheNewestOfManyBatchesAgain() {
        var oldest = batch("oldest", 10, 0);
        var newer = batch("newer", 10, 0);
        take(oldest);
        pass(Duration.ofMillis(1));
        take(newer);
        pass(Duration.ofMinutes(1));
        insert(
                """
                insert into healing_batch select 'acme', 'b' || i, timestamptz '2026-01-01 00:01:00Z' + i * interval '1 ms'
                from generate_series(1, %d) i
                """
                        .formatted(OutcomeBatches.MOST_KNOWN - 1));

        outcomes.forget();

        assertThat(take(newer).accepted()).isFalse();
        assertThat(take(oldest).accepted()).isTrue();
    }

    private void onlyRead() throws SQLException {
        var owner = database.owner();
        try (var connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var statement = connection.createStatement()) {
            statement.execute(
                    "alter database %s set default_transaction_read_only = on"
                            .formatted(connection.getCatalog()));
        }
        ((HikariDataSource) database.dataSource()).getHikariPoolMXBean().softEvictConnections();
    }

    private void fill(int components) {
        insert(
                """
                insert into healing_component (tenant_id, component, failure_threshold,
                    success_threshold, timeout_ms, half_open_max_calls, registered_at)
                select 'acme', 'c' || i, 5, 2, 60000, 1, now() from generate_series(1, %d) i
                """
                        .formatted(components));
    }

    private void insert(String rows) {
        database.transactions().asTenant(ACME, () -> database.jdbc().sql(rows).update());
    }

    private static void atOnce(int times, IntConsumer action) throws Exception {
        var all =
                IntStream.range(0, times)
                        .mapToObj(i -> Executors.callable(() -> action.accept(i)))
                        .toList();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var one : threads.invokeAll(all)) {
                one.get();
            }
        }
    }

    private Component withBreaker() {
        return new Component(
                "api",
                false,
                true,
                BreakerConfig.standard(),
                HoldDown.at(HealthStatus.INSUFFICIENT_DATA),
                null,
                now);
    }

    private HealthStatus status() {
        return components.look(ACME, "api").status();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private Outcomes.Taken report(int successes, int failures) {
        return take(batch("batch-" + batches.incrementAndGet(), successes, failures));
    }

    private Outcomes.Taken take(Outcomes told) {
        return outcomes.take(ACME, Batch.of("api", told, now));
    }

    private static Outcomes batch(String id, int successes, int failures) {
        return outcomes(
                id, successes, Collections.nCopies(failures, failure(FailureCategory.TIMEOUT)));
    }

    private static Outcomes outcomes(String id, long successes, List<FailedCall> failures) {
        return new Outcomes(id, "web-1", successes, null, failures, null);
    }

    private static FailedCall failure(FailureCategory category) {
        return new FailedCall(category, null, null, "call", "planted", null, null, null, null);
    }
}
