package dev.kintsugi.server.app;

import dev.kintsugi.server.healing.ServerHealth;
import dev.kintsugi.server.history.Gc;
import dev.kintsugi.server.history.History;
import dev.kintsugi.server.history.Kept;
import dev.kintsugi.server.history.Sweep;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.run.RunEngine;
import dev.kintsugi.server.run.Runs;
import dev.kintsugi.server.tenant.Settings;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.git.RepositoryRetention;
import dev.kintsugi.server.workspace.git.RepositoryRetention.Need;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What becomes of runs that have ended. */
@Configuration(proxyBeanMethods = false)
class HistoryParts {
    @Bean
    History history(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        return new History(transactions, jdbc, clock);
    }

    @Bean
    Kept kept(Transactions transactions, JdbcClient jdbc, Settings settings) {
        return new Kept(transactions, jdbc, settings);
    }

    @Bean
    RepositoryRetention repositoryRetention(Home home, Runs runs, Kept kept, InstantSource clock) {
        return new RepositoryRetention(
                home.folder(),
                run -> {
                    try {
                        return runs.ended(run.tenant(), run.run())
                                .<Need>map(end ->
                                        new Need.Until(end.plus(shorter(kept, run.tenant()))))
                                .orElseGet(Need.Going::new);
                    } catch (NotFoundException _) {
                        return new Need.Gone();
                    }
                },
                clock);
    }

    private static Duration shorter(Kept kept, String tenant) {
        var ofRuns = kept.of(tenant);
        return ofRuns.compareTo(RepositoryRetention.KEPT_FOR) < 0
                ? ofRuns
                : RepositoryRetention.KEPT_FOR;
    }

    /** Checkouts of a run last, since they are told by it that it is gone; its repository first. */
    @Bean
    Gc gc(
            RepositoryRetention repositories,
            Checkouts checkouts,
            RunEngine engine,
            List<Sweep> ofDatabase,
            InstantSource clock) {
        var sweeps = new ArrayList<Sweep>();
        var ofHome = HomeSweeps.of(repositories, checkouts, run -> !engine.isKept(run));
        sweeps.add(ofHome.getFirst());
        sweeps.addAll(ofDatabase);
        sweeps.addAll(ofHome.subList(1, ofHome.size()));
        return new Gc(sweeps, clock);
    }

    @Bean
    List<Sweep> ofDatabase(
            Transactions transactions,
            JdbcClient jdbc,
            Kept kept,
            KeepSettings keep,
            InstantSource clock) {
        return Gc.ofDatabase(transactions, jdbc, kept, keep, clock);
    }

    @Bean
    Housekeeping housekeeping(History history, Gc gc, ServerHealth health) {
        return new Housekeeping(history, gc, health::mayMoveHistory);
    }
}
