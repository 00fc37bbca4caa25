package dev.kintsugi.benchmarks.runs;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Workflow;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import java.time.Duration;

/**
 * DBOS Transact, its workflow called directly, which starts it at once: its queues are polled and
 * would be slower. Pool of {@link Peers#CONNECTIONS} instead of its 10; what it does not need here
 * (its scheduler's polling) is rare.
 */
final class DbosEngine implements Engine {
    private final HikariDataSource source;
    private final DBOS dbos;
    private final Chain chain;

    private DbosEngine(HikariDataSource source, DBOS dbos, Chain chain) {
        this.source = source;
        this.dbos = dbos;
        this.chain = chain;
    }

    /** Its proxy needs an interface that it can see. */
    public interface Chain {
        int run();
    }

    /** Three steps, each a plain function. */
    public static final class ChainOfSteps implements Chain {
        private final DBOS dbos;

        ChainOfSteps(DBOS dbos) {
            this.dbos = dbos;
        }

        @Override
        @Workflow(name = "chain")
        public int run() {
            int first = dbos.<Integer, RuntimeException>runStep(() -> 1, "s0");
            int second = dbos.<Integer, RuntimeException>runStep(() -> first + 1, "s1");
            return dbos.<Integer, RuntimeException>runStep(() -> second + 1, "s2");
        }
    }

    static Engine open(DatabaseLogin database) {
        var source = Peers.pool(database);
        var dbos =
                new DBOS(
                        DBOSConfig.defaults("bench")
                                .withDataSource(source)
                                .withAppVersion("1")
                                .withSchedulerPollingInterval(Duration.ofMinutes(1)));
        var chain = dbos.registerProxy(Chain.class, new ChainOfSteps(dbos));
        dbos.launch();
        return new DbosEngine(source, dbos, chain);
    }

    @Override
    public Tally during(int inFlight, Duration time) throws Exception {
        return ClosedLoop.of(inFlight, time, chain::run);
    }

    @Override
    public void close() {
        dbos.close();
        source.close();
    }
}
