package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.server.platform.TestDatabase;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers of two versions on one database: each run goes on under the rules it began with. */
class RollingUpgradeTest {
    private static final int OLD = 1;
    private static final int NEW = 2;
    private static final String PLAN =
            """
            plan: 1
            name: upgraded
            steps:
              - {id: a, exec: ./a.sh}
              - {id: b, exec: ./b.sh, needs: [a]}
            """;
    private final List<TestDatabase> databases = new ArrayList<>();

    /** Where runs are kept. */
    private enum Kept {
        MEMORY,
        POSTGRES
    }

    private Engines.Stores open(Kept kept) {
        if (kept == Kept.MEMORY) {
            return Engines.inMemory();
        }
        databases.add(TestDatabase.fresh());
        return Engines.onPostgres(databases.getLast());
    }

    @AfterEach
    void close() {
        databases.forEach(TestDatabase::close);
    }

    private static Engines server(Engines.Stores stores, int rules, TaskHandler handler) {
        return new Engines(stores, handler, "worker-" + rules, InstantSource.system(), rules);
    }

    @ParameterizedTest
    @EnumSource
    void aRunGoesOnUnderTheRulesItBeganWith(Kept kept) throws Exception {
        var stores = open(kept);
        var upgraded = new CountDownLatch(1);
        TaskHandler patient =
                (_, _) -> {
                    upgraded.await();
                    return Engines.done();
                };
        var old = server(stores, OLD, patient);
        var run = old.start(PLAN);
        try (var next = server(stores, NEW, (_, _) -> Engines.done())) {
            upgraded.countDown();
            old.close();
            next.queue.takeBack("worker-1", "its server was upgraded");
            next.engine.turn(run);
            next.await(run, RunStatus.SUCCEEDED);

            assertThat(next.log(run))
                    .extracting(logged -> LogEntry.read(logged.body()).rules())
                    .containsOnly(OLD);
            assertThat(next.engine.audit(Engines.TENANT, run)).isEmpty();
        }
    }

    /** Its worker may do the work; what comes of it waits for a server that knows the rules. */
    @ParameterizedTest
    @EnumSource
    void anOldServerLeavesARunOfNewRulesToNewServers(Kept kept) {
        var stores = open(kept);
        try (var old = server(stores, OLD, (_, _) -> Engines.done())) {
            var next = server(stores, NEW, (_, _) -> Engines.done());
            next.worker.drain();
            next.worker.stop("it leaves all work to the old one");

            var run = next.start(PLAN);
            Awaitility.await().until(() -> !pending(next, NEW).isEmpty());
            old.engine.turn(run);
            old.engine.sweep();

            assertThat(pending(old, OLD)).isEmpty();
            assertThat(next.count(run, StepSucceeded.class)).isZero();
            assertThat(rules(next, run)).isEqualTo(NEW);
            assertThatThrownBy(() -> old.engine.look(Engines.TENANT, run))
                    .isInstanceOf(UnknownRulesException.class)
                    .hasMessageContaining("rules 2");
            assertThatThrownBy(() -> old.engine.audit(Engines.TENANT, run))
                    .isInstanceOf(UnknownRulesException.class);

            while (!next.status(run).isFinal()) {
                next.engine.turn(run);
            }

            assertThat(next.status(run)).isEqualTo(RunStatus.SUCCEEDED);
            assertThat(next.count(run, StepSucceeded.class)).isEqualTo(2);
            assertThat(next.engine.audit(Engines.TENANT, run)).isEmpty();
            next.close();
        }
    }

    private static List<String> pending(Engines server, int rules) {
        return server.ports.transactions().asSystem(() -> server.ports.store().pending(10, rules));
    }

    private static int rules(Engines server, String run) {
        return server.ports
                .transactions()
                .asTenant(
                        Engines.TENANT, () -> server.ports.store().find(run).orElseThrow().rules());
    }
}
