package dev.kintsugi.server.run;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerEvent;
import dev.kintsugi.healing.breaker.BreakerMachine;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The run level's breakers: the healing library's machine over stored states. Every failed attempt
 * counts against the breaker of its class; an open breaker stops retries of that class, not first
 * attempts.
 */
final class RunBreakers implements Breakers {
    private final BreakerRows rows;
    private final Function<String, BreakerConfig> configs;

    /**
     * @param configs by tenant; asked inside the transaction
     */
    RunBreakers(BreakerRows rows, Function<String, BreakerConfig> configs) {
        this.rows = rows;
        this.configs = configs;
    }

    @Override
    public boolean permits(String tenant, FailureClass failureClass, Instant now) {
        var config = configs.apply(tenant);
        var state = rows.lock(tenant, failureClass, now);
        var decision = BreakerMachine.decide(state, new BreakerEvent.Asked(now), config);
        rows.save(tenant, failureClass, decision.state(), config, now);
        return decision.permitted();
    }

    @Override
    public void record(String tenant, FailureClass failureClass, boolean success, Instant now) {
        var config = configs.apply(tenant);
        var state = rows.lock(tenant, failureClass, now);
        var asked = BreakerMachine.decide(state, new BreakerEvent.Asked(now), config);
        var permit = permit(state, asked);
        if (permit.isEmpty()) {
            return;
        }
        var event =
                success
                        ? new BreakerEvent.Succeeded(now, permit.getAsLong())
                        : new BreakerEvent.Failed(now, permit.getAsLong());
        var before = state.phase() == BreakerPhase.CLOSED ? asked.state() : state;
        rows.save(
                tenant,
                failureClass,
                BreakerMachine.decide(before, event, config).state(),
                config,
                now);
    }

    /**
     * Which call ended: while closed any, while half-open the probe, while open none that counts.
     */
    private static OptionalLong permit(BreakerState state, BreakerMachine.Decision asked) {
        return switch (state.phase()) {
            case CLOSED -> OptionalLong.of(asked.permit());
            case HALF_OPEN ->
                    state.probes().isEmpty()
                            ? OptionalLong.empty()
                            : OptionalLong.of(state.probes().firstKey());
            case OPEN -> OptionalLong.empty();
        };
    }
}
