package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.platform.TooManyException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Settings;
import dev.kintsugi.server.workspace.Repositories;
import dev.kintsugi.server.workspace.WorkspaceException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Lets a tenant's plans in: as many active runs as the platform allows, or fewer where the tenant
 * has set so. Two submissions at one moment may pass the limit together by as many as there are.
 */
final class RunAdmission implements Runs.Admission {
    /** Most active runs of the tenant; only tightens what the platform allows. */
    static final Settings.Whole MAX_ACTIVE = new Settings.Whole("max_active_runs", 1, 1_000_000);

    private static final Duration LATER = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final RunStore store;
    private final Settings settings;
    private final Supplier<Repositories> repositories;
    private final int platform;

    /**
     * @param platform most active runs of one tenant
     */
    RunAdmission(
            Transactions transactions,
            RunStore store,
            Settings settings,
            Supplier<Repositories> repositories,
            int platform) {
        this.transactions = transactions;
        this.store = store;
        this.settings = settings;
        this.repositories = repositories;
        this.platform = platform;
    }

    @Override
    public void admit(String tenant) {
        transactions.asTenant(
                tenant,
                () -> {
                    var most =
                            Math.min(platform, settings.whole(tenant, MAX_ACTIVE).orElse(platform));
                    if (store.active(tenant, most) >= most) {
                        throw new TooManyException(
                                "Tenant %s has %d active runs, which is as many as it may have: hand this one in when one of them has ended."
                                        .formatted(tenant, most),
                                LATER);
                    }
                    return most;
                });
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
