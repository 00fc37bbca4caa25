package dev.kintsugi.benchmarks.runs;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/**
 * Temporal on its in-memory test server: nothing it does is on a disk. Three activities one after
 * the other; more pollers than by default; no skipping of time, which a workflow without timers
 * does not need.
 */
final class TemporalEngine implements Engine {
    private static final String QUEUE = "bench";
    private static final int POLLERS = 8;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final TestWorkflowEnvironment environment;

    private TemporalEngine(TestWorkflowEnvironment environment) {
        this.environment = environment;
    }

    /** The steps. */
    @ActivityInterface
    public interface Steps {
        @ActivityMethod
        int next(int before);
    }

    /** A plain function. */
    public static final class Increment implements Steps {
        @Override
        public int next(int before) {
            return before + 1;
        }
    }

    /** The run. */
    @WorkflowInterface
    public interface Chain {
        @WorkflowMethod
        int run();
    }

    /** Three steps. */
    public static final class ChainOfSteps implements Chain {
        private final Steps steps =
                Workflow.newActivityStub(
                        Steps.class,
                        ActivityOptions.newBuilder().setStartToCloseTimeout(LIMIT).build());

        @Override
        public int run() {
            return steps.next(steps.next(steps.next(0)));
        }
    }

    static Engine open() {
        var environment =
                TestWorkflowEnvironment.newInstance(
                        TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());
        var worker =
                environment.newWorker(
                        QUEUE,
                        WorkerOptions.newBuilder()
                                .setMaxConcurrentWorkflowTaskPollers(POLLERS)
                                .setMaxConcurrentActivityTaskPollers(POLLERS)
                                .build());
        worker.registerWorkflowImplementationTypes(ChainOfSteps.class);
        worker.registerActivitiesImplementations(new Increment());
        environment.start();
        return new TemporalEngine(environment);
    }

    @Override
    public Tally during(int inFlight, Duration time) throws Exception {
        var client = environment.getWorkflowClient();
        var options = WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build();
        return ClosedLoop.of(
                inFlight, time, () -> client.newWorkflowStub(Chain.class, options).run());
    }

    @Override
    public void close() {
        environment.close();
    }
}
