package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.BreakerView;
import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.ComponentStats;
import dev.kintsugi.client.healing.ComponentView;
import dev.kintsugi.client.healing.RecoveryStats;
import dev.kintsugi.client.healing.SystemHealthView;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.health.Findings;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.SystemHealth;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Components of tenants: registered, looked at, reset. */
final class Components {
    /** How many a tenant may have. */
    static final int MOST = 1_000;

    /** Between two rounds of monitoring. */
    static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(Components.class);

    private final Transactions transactions;
    private final HealingRows rows;
    private final HealingListener listener;
    private final BooleanSupplier mayWrite;
    private final InstantSource clock;

    /**
     * @param listener hears of changes of health
     * @param mayWrite whether what a look finds may be kept
     */
    Components(
            Transactions transactions,
            HealingRows rows,
            HealingListener listener,
            BooleanSupplier mayWrite,
            InstantSource clock) {
        this.transactions = transactions;
        this.rows = rows;
        this.listener = listener;
        this.mayWrite = mayWrite;
        this.clock = clock;
    }

    /**
     * What a registration came to.
     *
     * @param isNew whether there was no such component
     */
    record Registered(ComponentView view, boolean isNew) {}

    Registered register(String tenant, Component wanted) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var _ = lockOrMakeRoom(tenant, wanted.name());
                    boolean isNew = rows.components().put(tenant, wanted);
                    return new Registered(lock(tenant, wanted.name()).view(), isNew);
                });
    }

    /** The component, locked; registered without a breaker when there was none. */
    Component lockOrRegister(String tenant, String component) {
        return lockOrMakeRoom(tenant, component)
                .orElseGet(() -> {
                    rows.components().put(tenant, Registrations.plain(component, clock.instant()));
                    return lock(tenant, component);
                });
    }

    /** The component, locked; when there is none, only this transaction can add it, and may. */
    private Optional<Component> lockOrMakeRoom(String tenant, String component) {
        Optional<Component> known = rows.components().lock(tenant, component);
        if (known.isPresent()) {
            return known;
        }
        rows.components().lockAdding(tenant);
        known = rows.components().lock(tenant, component); // somebody may have been first
        if (known.isEmpty() && rows.components().count(tenant) >= MOST) {
            throw new ConflictException(
                    "This tenant has %d components, as many as it may have.".formatted(MOST));
        }
        return known;
    }

    private Component lock(String tenant, String component) {
        return rows.components().lock(tenant, component).orElseThrow(() -> missing(component));
    }

    ComponentView.ComponentList all(String tenant) {
        return transactions.asTenant(
                tenant,
                () ->
                        new ComponentView.ComponentList(
                                rows.components().all(tenant).stream()
                                        .map(Component::view)
                                        .toList()));
    }

    ComponentHealthView look(String tenant, String component) {
        return looking(
                tenant,
                notes ->
                        rows.components()
                                .known(tenant, component, clock.instant())
                                .map(known -> Views.of(look(tenant, known, notes)))
                                .orElseThrow(() -> missing(component)));
    }

    /**
     * Looks, and notes what it finds where that may be. Where the database does not take the notes,
     * as one that only reads since a moment ago, it is told without.
     *
     * @param look asked whether to note
     */
    private <T> T looking(String tenant, Function<Boolean, T> look) {
        if (mayWrite.getAsBoolean()) {
            try {
                return transactions.asTenant(tenant, () -> look.apply(true));
            } catch (DataAccessException e) {
                log.debug("what a look found is not noted", e);
            }
        }
        return transactions.asTenant(tenant, () -> look.apply(false));
    }

    ComponentHealthView.HealthList lookAtAll(String tenant) {
        return new ComponentHealthView.HealthList(results(tenant).stream().map(Views::of).toList());
    }

    SystemHealthView system(String tenant) {
        return Views.of(SystemHealth.of(results(tenant)));
    }

    private List<HealthCheckResult> results(String tenant) {
        return looking(
                tenant,
                notes ->
                        rows.components().known(tenant, clock.instant()).stream()
                                .map(known -> look(tenant, known, notes))
                                .toList());
    }

    ComponentStats stats(String tenant, String component) {
        return looking(
                tenant,
                notes -> {
                    var known =
                            rows.components()
                                    .known(tenant, component, clock.instant())
                                    .orElseThrow(() -> missing(component));
                    return new ComponentStats(
                            component,
                            Views.of(look(tenant, known, notes)),
                            known.component().hasBreaker()
                                    ? breaker(tenant, known.component())
                                    : null,
                            Views.stats(rows.recoveries().counts(tenant), component).overall(),
                            rows.errors().of(tenant, component));
                });
    }

    /** How recoveries of all components ended. */
    RecoveryStats recoveries(String tenant) {
        return transactions.asTenant(tenant, () -> Views.stats(rows.recoveries().counts(tenant)));
    }

    /** How recoveries of one component ended. */
    RecoveryStats recoveries(String tenant, String component) {
        return transactions.asTenant(
                tenant,
                () -> {
                    if (!rows.components().isKnown(tenant, component)) {
                        throw missing(component);
                    }
                    return Views.stats(rows.recoveries().counts(tenant), component);
                });
    }

    /** Forgets what was counted of a component. */
    ComponentHealthView reset(String tenant, String component) {
        return transactions.asTenant(
                tenant,
                () -> {
                    HealthStatus before = lock(tenant, component).level().level();
                    rows.components().forget(tenant, component);
                    if (before != HealthStatus.INSUFFICIENT_DATA) {
                        var forgotten =
                                new HealingEvent.HealthChanged(
                                        component,
                                        before,
                                        HealthStatus.INSUFFICIENT_DATA,
                                        component + ": forgotten");
                        transactions.afterCommit(() -> listener.onEvent(forgotten));
                    }
                    return look(tenant, component);
                });
    }

    BreakerView.BreakerList breakers(String tenant) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var reported = rows.breakers().all(tenant);
                    return new BreakerView.BreakerList(
                            rows.components().all(tenant).stream()
                                    .filter(Component::hasBreaker)
                                    .map(it ->
                                            Views.of(
                                                    it,
                                                    reported.getOrDefault(
                                                            it.name(), FleetBreaker.closed())))
                                    .toList());
                });
    }

    BreakerView resetBreaker(String tenant, String component) {
        return transactions.asTenant(
                tenant,
                () -> {
                    Component known =
                            rows.components()
                                    .lock(tenant, component)
                                    .filter(Component::hasBreaker)
                                    .orElseThrow(() ->
                                            new NotFoundException("circuit breaker", component));
                    Instant now = clock.instant();
                    FleetBreaker closed =
                            rows.breakers().of(tenant, component).reset(now, known.config());
                    rows.breakers().save(tenant, component, closed, now);
                    return Views.of(known, closed);
                });
    }

    private BreakerView breaker(String tenant, Component component) {
        return Views.of(component, rows.breakers().of(tenant, component.name()));
    }

    /** Looks that are far enough apart are checks, as in {@code HealthMonitor}. */
    private HealthCheckResult look(String tenant, ComponentRows.Known known, boolean notes) {
        Component component = known.component();
        var found =
                new Findings(
                        component.name(),
                        component.critical(),
                        known.calls(),
                        List.of(),
                        known.brokenSince(),
                        known.lastError(),
                        known.recoveries());
        Instant now = clock.instant();
        Instant last = component.checkedAt();
        boolean isCheck = last == null || !last.plus(INTERVAL.dividedBy(2)).isAfter(now);
        HoldDown<HealthStatus> before = component.level();
        HoldDown<HealthStatus> after =
                isCheck ? before.checked(found.measured()) : before.glanced(found.measured());
        HealthCheckResult result = found.result(after.level(), now);
        if (notes && (isCheck || after.level() != before.level())) {
            rows.components().level(tenant, component, after, isCheck ? now : last);
            if (after.level() != before.level()) {
                transactions.afterCommit(() -> listener.onEvent(changed(before.level(), result)));
            }
        }
        return result;
    }

    private static HealingEvent changed(HealthStatus before, HealthCheckResult result) {
        return new HealingEvent.HealthChanged(
                result.component(), before, result.status(), result.message());
    }

    private static NotFoundException missing(String component) {
        return new NotFoundException("component", component);
    }
}
