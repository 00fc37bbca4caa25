package dev.kintsugi.server.run;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Budget;
import dev.kintsugi.server.tenant.RunSettings;
import dev.kintsugi.server.tenant.Setting;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What a run's plan sets, from its {@code budget}. */
@Component
final class PlannedSettings implements RunSettings {
    private static final int NANO_DIGITS = 9;

    private final Runs runs;

    PlannedSettings(Runs runs) {
        this.runs = runs;
    }

    /** Of the plan, its budget alone. */
    private record Planned(Budget budget) {}

    @Override
    public Map<Setting, BigDecimal> of(String tenant, String run) {
        var budget = Json.mapper().readValue(runs.plan(tenant, run), Planned.class).budget();
        var set = new EnumMap<Setting, BigDecimal>(Setting.class);
        var cost = budget.costNanoUsd();
        if (cost != null) {
            set.put(
                    Setting.DEFAULT_COST_BUDGET_USD,
                    BigDecimal.valueOf(cost, NANO_DIGITS).stripTrailingZeros());
        }
        var attempts = budget.attempts();
        if (attempts != null) {
            set.put(Setting.DEFAULT_ATTEMPT_BUDGET, BigDecimal.valueOf(attempts));
        }
        return set;
    }
}
