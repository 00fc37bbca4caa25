package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.platform.TooManyException;
import dev.kintsugi.server.tenant.InForce;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import dev.kintsugi.server.workspace.Repositories;
import dev.kintsugi.server.workspace.WorkspaceException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Lets a tenant's plans in: as many active runs as it may have, and within its quotas. Two
 * submissions at one moment may pass a limit together by as many as there are.
 */
final class RunAdmission implements Admission {
    private static final Duration LATER = Duration.ofSeconds(5);

    private final RunStore store;
    private final Quotas quotas;
    private final Settings settings;
    private final Supplier<Repositories> repositories;

    RunAdmission(
            RunStore store, Quotas quotas, Settings settings, Supplier<Repositories> repositories) {
        this.store = store;
        this.quotas = quotas;
        this.settings = settings;
        this.repositories = repositories;
    }

    @Override
    public Admitted admit(String tenant, int wanted) {
        var limits = settings.of(tenant);
        if (wanted == 0) {
            return new Admitted(defaults(limits), 0, null);
        }
        var most = limits.whole(Setting.MAX_ACTIVE_RUNS);
        var free = most - store.active(tenant, most);
        if (free < 1) {
            return new Admitted(defaults(limits), 0, full(tenant, most));
        }
        var quota = quotas.left(tenant, limits, Math.min(wanted, free));
        return quota.refusal() == null && free < wanted
                ? new Admitted(defaults(limits), free, full(tenant, most))
                : new Admitted(defaults(limits), quota.runs(), quota.refusal());
    }

    private static TooManyException full(String tenant, int most) {
        return new TooManyException(
                "Tenant %s has %d active runs, which is as many as it may have (max_active_runs): hand this one in when one of them has ended."
                        .formatted(tenant, most),
                LATER);
    }

    private static Defaults defaults(InForce limits) {
        return new Defaults(
                limits.value(Setting.DEFAULT_COST_BUDGET_USD).orElseThrow(),
                limits.whole(Setting.DEFAULT_ATTEMPT_BUDGET),
                limits.whole(Setting.MAX_REPAIR_ATTEMPTS));
    }

    @Override
    public void check(String tenant, Plan.Workspace workspace) {
        try {
            repositories.get().check(tenant, workspace);
        } catch (WorkspaceException e) {
            throw WorkspaceProblem.of(e);
        }
    }
}
