package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.platform.TooManyException;
import dev.kintsugi.server.platform.Transactions;
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
final class RunAdmission implements Runs.Admission {
    private static final Duration LATER = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final RunStore store;
    private final Quotas quotas;
    private final Settings settings;
    private final Supplier<Repositories> repositories;

    RunAdmission(
            Transactions transactions,
            RunStore store,
            Quotas quotas,
            Settings settings,
            Supplier<Repositories> repositories) {
        this.transactions = transactions;
        this.store = store;
        this.quotas = quotas;
        this.settings = settings;
        this.repositories = repositories;
    }

    @Override
    public Runs.Defaults admit(String tenant) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var limits = settings.of(tenant);
                    var most = limits.whole(Setting.MAX_ACTIVE_RUNS);
                    if (store.active(tenant, most) >= most) {
                        throw new TooManyException(
                                "Tenant %s has %d active runs, which is as many as it may have (max_active_runs): hand this one in when one of them has ended."
                                        .formatted(tenant, most),
                                LATER);
                    }
                    quotas.check(tenant, limits);
                    return defaults(limits);
                });
    }

    @Override
    public Runs.Defaults defaults(String tenant) {
        return transactions.asTenant(tenant, () -> defaults(settings.of(tenant)));
    }

    private static Runs.Defaults defaults(InForce limits) {
        return new Runs.Defaults(
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
