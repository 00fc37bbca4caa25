package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.Task.Delivery.Change;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.server.workspace.DeliverHandler;
import dev.kintsugi.server.workspace.PrepareHandler;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandlersTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    @TempDir Path folder;
    private Bench bench;
    private String base;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", "one\n");
        base = bench.commit("first");
    }

    @Test
    void preparesTheRunsRepositoryAndReportsItsBase() throws Exception {
        var handler = new PrepareHandler(bench.server.repositories(), CLOCK);
        bench.write("a.txt", "two\n");

        var result = handler.handle(task(bench.workspace(), null), new Free());

        assertThat(result)
                .isInstanceOfSatisfying(
                        Done.class,
                        done -> {
                            assertThat(done.commit()).isEqualTo(base);
                            assertThat(done.remarks()).hasSize(1);
                        });
    }

    @Test
    void reportsASourceThatCannotBeHadAsAFailure() throws Exception {
        var handler = new PrepareHandler(bench.server.repositories(), CLOCK);
        var workspace = new Plan.Workspace(bench.source.toString(), "nowhere");

        var result = handler.handle(task(workspace, null), new Free());

        assertThat(result)
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.failure().rule()).isEqualTo("workspace.unknown_ref");
                            assertThat(failed.failure().fingerprint()).matches("[0-9a-f]{16}");
                            assertThat(failed.failure().maybeTransient()).isFalse();
                            assertThat(failed.failure().message())
                                    .contains("nowhere", "it has main");
                        });
    }

    @Test
    void deliversTheBranchAndReportsItsTip() throws Exception {
        bench.prepare();
        var result = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var delivery =
                new Task.Delivery(
                        bench.workspace(), "kintsugi/run-1", List.of(new Change(result, "x")));

        var done =
                (Done)
                        new DeliverHandler(bench.server.delivery(), CLOCK)
                                .handle(task(null, delivery), new Free());

        assertThat(bench.inSource("rev-parse", "kintsugi/run-1")).isEqualTo(done.commit());
    }

    private LeasedTask task(Plan.@Nullable Workspace workspace, Task.@Nullable Delivery delivery) {
        var task =
                new Task(
                        "prepare:" + bench.run.run(),
                        bench.run.run(),
                        bench.run.tenant(),
                        "",
                        1,
                        "effect",
                        workspace == null ? TaskKind.DELIVER : TaskKind.PREPARE,
                        null,
                        null,
                        Gate.Network.NONE,
                        new TreeMap<>(),
                        null,
                        workspace,
                        delivery);
        return new LeasedTask(task, QueueClass.IO, 1, Instant.EPOCH);
    }

    /** Nobody cancels. */
    private static final class Free implements TaskContext {
        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void onCancel(Runnable action) {
            // never
        }

        @Override
        public void log(byte[] bytes) {
            // not looked at
        }
    }
}
