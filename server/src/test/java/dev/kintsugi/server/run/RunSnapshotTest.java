package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.Engines.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.run.Engines.Script;
import dev.kintsugi.server.run.Engines.Stores;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.run.machine.RunState;
import dev.kintsugi.server.run.machine.Snapshots;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class RunSnapshotTest {
    private static final String PAIR =
            """
            plan: 1
            name: pair
            steps:
              - {id: a, exec: "true"}
              - {id: b, exec: "true", needs: [a]}
            """;

    private final Stores stores = Engines.inMemory();

    /** The stores, writing down from where events are read. */
    private Stores watched(List<Long> readAfter) {
        var runs =
                (RunStore)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {RunStore.class},
                                (_, method, arguments) -> {
                                    if (method.getName().equals("events")) {
                                        readAfter.add((Long) arguments[1]);
                                    }
                                    try {
                                        return method.invoke(stores.runs(), arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        return new Stores(
                stores.transactions(),
                runs,
                stores.tasks(),
                stores.budgets(),
                stores.logs(),
                stores.waits());
    }

    private void overwrite(String run, long seq, byte[] state) {
        stores.transactions()
                .asSystem(() -> {
                    stores.runs().snapshot(Engines.TENANT, run, seq, state);
                    return run;
                });
    }

    @Test
    void anEngineThatRemembersNothingFoldsOnlyWhatCameAfterTheSnapshot() throws Exception {
        var late = new CountDownLatch(1);
        var last = new CountDownLatch(1);
        var readAfter = new CopyOnWriteArrayList<Long>();
        try (var engines = new Engines(stores, (task, _) -> hold(task, late, last))) {
            var run = engines.start(wide(300));
            await(() -> stores.runs().snapshot(run).isPresent());
            var seq = stores.runs().snapshot(run).orElseThrow().seq();
            late.countDown();
            await(() -> stores.runs().find(run).orElseThrow().seq() == 300);
            try (var fresh = new Engines(watched(readAfter), (task, _) -> hold(task, late, last))) {

                var folded = fresh.engine.look(Engines.TENANT, run).orElseThrow().folded();

                assertThat(seq).isBetween(256L, 299L);
                assertThat(readAfter).containsExactly(seq - 1, seq);
                var seen = engines.engine.look(Engines.TENANT, run).orElseThrow().folded();
                assertThat(folded.state()).isEqualTo(seen.state());
                assertThat(folded.mac()).isEqualTo(seen.mac());
                assertThat(folded.at()).isEqualTo(seen.at());
                last.countDown();
                engines.await(run, RunStatus.SUCCEEDED);
                assertThat(fresh.engine.audit(Engines.TENANT, run)).isEmpty();
            }
        }
    }

    private static TaskResult hold(LeasedTask task, CountDownLatch late, CountDownLatch last)
            throws InterruptedException {
        var number = Integer.parseInt(task.task().step().substring(1));
        if (number == 299) {
            last.await();
        } else if (number >= 290) {
            late.await();
        }
        return done();
    }

    private static String wide(int steps) {
        var yaml = new StringBuilder("plan: 1\nname: wide\nsteps:\n");
        for (var i = 0; i < steps; i++) {
            yaml.append("  - {id: s%d, exec: work}%n".formatted(i));
        }
        return yaml.toString();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    @Test
    void anUnusableSnapshotIsIgnored() {
        var script = new Script(Map.of());
        try (var engines = new Engines(stores, script)) {
            var run = engines.start(PAIR);
            engines.await(run, RunStatus.SUCCEEDED);
            var seen = engines.engine.look(Engines.TENANT, run).orElseThrow().folded().state();
            var initial = RunState.initial();

            for (var state :
                    List.of(
                            new byte[] {1, 2, 3},
                            Snapshots.write(initial, Envelope.FIRST_RULES),
                            new byte[0])) {
                overwrite(run, 2, state);
                try (var fresh = new Engines(stores, script)) {
                    assertThat(
                                    fresh.engine
                                            .look(Engines.TENANT, run)
                                            .orElseThrow()
                                            .folded()
                                            .state())
                            .isEqualTo(seen);
                }
            }
        }
    }

    @Test
    void anAuditTrustsNoSnapshot() {
        var script = new Script(Map.of());
        try (var engines = new Engines(stores, script);
                var fresh = new Engines(stores, script)) {
            var run = engines.start(PAIR);
            engines.await(run, RunStatus.SUCCEEDED);
            var seq = stores.runs().find(run).orElseThrow().seq();

            overwrite(run, seq, Snapshots.write(RunState.initial(), Envelope.CURRENT_RULES));

            assertThat(fresh.engine.audit(Engines.TENANT, run))
                    .contains("the log folds to another state than the run's");
        }
    }

    @Test
    void aLogIsWorthNothingUnderAnotherRun() {
        var script = new Script(Map.of());
        try (var engines = new Engines(stores, script)) {
            var honest = engines.start(PAIR);
            engines.await(honest, RunStatus.SUCCEEDED);

            var forged = copy(honest, "r-forged", event -> event);

            assertThat(engines.engine.audit(Engines.TENANT, honest)).isEmpty();
            assertThat(engines.engine.audit(Engines.TENANT, forged))
                    .contains("event 1 is not what was written");
        }
    }

    @Test
    void anAuditSeesNotesThatDoNotFollow() {
        var script = new Script(Map.of());
        try (var engines = new Engines(stores, script)) {
            var honest = engines.start(PAIR);
            engines.await(honest, RunStatus.SUCCEEDED);
            var chain = engines.ports.chain();
            var start = chain.start(Engines.TENANT, "r-notes");

            var forged =
                    copy(
                            honest,
                            "r-notes",
                            event ->
                                    new LoggedEvent(
                                            event.seq(),
                                            event.body(),
                                            chain.next(start, event.seq(), event.body()),
                                            "[]"));

            assertThat(engines.engine.audit(Engines.TENANT, forged))
                    .contains("the notes of event 1 do not follow from it");
        }
    }

    private String copy(String run, String name, UnaryOperator<LoggedEvent> change) {
        return stores.transactions()
                .asSystem(() -> {
                    var row = stores.runs().find(run).orElseThrow();
                    var copy =
                            new RunRow(
                                    row.tenant(),
                                    name,
                                    row.name(),
                                    row.status(),
                                    row.rules(),
                                    row.seq(),
                                    row.mac(),
                                    row.createdAt(),
                                    row.finishedAt(),
                                    null,
                                    row.home(),
                                    row.waitingFor(),
                                    null);
                    stores.runs()
                            .add(List.of(new RunStore.NewRun(copy, stores.runs().plan(run), "{}")));
                    stores.runs()
                            .append(
                                    stores.runs().events(run, 0, 1_000).stream()
                                            .map(change)
                                            .map(event ->
                                                    new RunStore.Entry(row.tenant(), name, event))
                                            .toList());
                    return name;
                });
    }
}
