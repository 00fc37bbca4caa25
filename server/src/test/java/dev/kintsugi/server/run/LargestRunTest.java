package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.run.machine.RunMachine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest plan there may be. */
final class LargestRunTest {
    private static final int LOOK_EVERY = 100;

    /** Passes every step, and looks now and then how much of the run is in the queue. */
    private static final class Counting implements TaskHandler {
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private volatile Supplier<Integer> inFlight = () -> 0;

        @Override
        public TaskResult handle(LeasedTask task, TaskContext context) {
            if (calls.incrementAndGet() % LOOK_EVERY == 0) {
                most.accumulateAndGet(inFlight.get(), Math::max);
            }
            return Engines.done();
        }
    }

    private static String plan(int steps) {
        var yaml = new StringBuilder("plan: 1\nname: largest\nsteps:\n");
        for (var i = 0; i < steps; i++) {
            yaml.append("  - {id: s%d, exec: work}\n".formatted(i));
        }
        return yaml.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "postgres"})
    void tenThousandStepsAreDoneWithAtMostAThousandInFlight(String which) {
        var handler = new Counting();
        var stores =
                which.equals("memory")
                        ? Engines.inMemory()
                        : Engines.onPostgres(TestDatabase.fresh());
        try (var engines = new Engines(stores, handler)) {
            handler.inFlight =
                    () ->
                            engines.queue.depths().values().stream()
                                    .mapToInt(depth -> depth.waiting() + depth.leased())
                                    .sum();

            var run = engines.start(plan(Plan.MAX_STEPS));

            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> engines.status(run) == RunStatus.SUCCEEDED);
            assertThat(handler.calls).hasValue(Plan.MAX_STEPS);
            assertThat(handler.most.get()).isBetween(500, RunMachine.MAX_IN_FLIGHT);
        }
    }

    @Test
    void oneStepMoreIsRefused() {
        assertThat(PlanReader.read(plan(Plan.MAX_STEPS + 1), "largest.yaml"))
                .isInstanceOf(PlanReading.Rejected.class);
    }
}
