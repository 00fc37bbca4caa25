package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes what processes report of their calls, each batch once. */
final class OutcomeBatches {
    /** How long a batch is known again, to a minute. */
    static final Duration KNOWN_FOR = Duration.ofHours(24);

    /** How many batches of a tenant are known again; of more, the newest. */
    static final int MOST_KNOWN = 100_000;

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final HealingRows rows;
    private final Components components;
    private final HealingMetrics metrics;
    private final InstantSource clock;

    OutcomeBatches(
            Transactions transactions,
            JdbcClient jdbc,
            Components components,
            HealingMetrics metrics,
            InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.rows = HealingRows.of(jdbc);
        this.components = components;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Counts a batch, unless it was counted before. */
    Outcomes.Taken take(String tenant, Batch batch) {
        return transactions.asTenant(
                tenant,
                () -> {
                    Component component = components.lockOrRegister(tenant, batch.component());
                    boolean isNew = note(tenant, batch);
                    if (isNew) {
                        count(tenant, component, batch);
                    }
                    FleetBreaker breaker = rows.breakers().of(tenant, component.name());
                    return new Outcomes.Taken(
                            isNew, component.hasBreaker() ? Views.of(component, breaker) : null);
                });
    }

    /** Forgets batches of all tenants that are too old or too many. */
    void forget() {
        var _ =
                transactions.asSystem(() ->
                        jdbc.sql(
                                        """
                                        with oldest as materialized (
                                            select tenant_id, greatest(:before, (select at from healing_batch
                                                where tenant_id = tenant.tenant_id
                                                order by at desc offset :most - 1 limit 1)) as at
                                            from tenant)
                                        delete from healing_batch known using oldest
                                        where known.tenant_id = oldest.tenant_id and known.at < oldest.at
                                        """)
                                .param("before", Timestamp.from(clock.instant().minus(KNOWN_FOR)))
                                .param("most", MOST_KNOWN)
                                .update());
    }

    /** A batch is named by its process, for one component. */
    private boolean note(String tenant, Batch batch) {
        return jdbc.sql("insert into healing_batch values (?, ?, ?) on conflict do nothing")
                        .params(
                                tenant,
                                Sha256.hex(
                                        String.join(
                                                "\n", batch.component(), batch.node(), batch.id())),
                                Timestamp.from(batch.at()))
                        .update()
                > 0;
    }

    private void count(String tenant, Component component, Batch batch) {
        rows.components().count(tenant, component.name(), batch.calls(), batch.at());
        rows.errors().add(tenant, component.name(), batch.errors());
        rows.deadLetters().add(tenant, batch.deadLetters());
        rows.recoveries().add(tenant, batch.recoveries());
        if (component.hasBreaker()) {
            FleetBreaker before = rows.breakers().of(tenant, component.name());
            FleetBreaker after =
                    before.reported(
                            batch.node(),
                            batch.calls().successes(),
                            batch.breaking(),
                            batch.at(),
                            component.config());
            rows.breakers().save(tenant, component.name(), after, batch.at());
            tellMoved(component.name(), before.state().phase(), after.state().phase());
        }
        transactions.afterCommit(() -> metrics.reported(batch));
    }

    private void tellMoved(String component, BreakerPhase from, BreakerPhase to) {
        if (from != to) {
            transactions.afterCommit(
                    () -> metrics.onEvent(new HealingEvent.BreakerMoved(component, from, to)));
        }
    }
}
