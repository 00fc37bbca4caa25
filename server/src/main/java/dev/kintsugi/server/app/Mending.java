package dev.kintsugi.server.app;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.repair.MendHandler;
import dev.kintsugi.server.repair.PatchSink;
import dev.kintsugi.server.repair.PatchSource;
import dev.kintsugi.server.repair.ScratchRun;
import dev.kintsugi.server.repair.WorkspaceSink;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.git.GitServer;
import dev.kintsugi.server.workspace.step.StepHandler;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Looks for a patch for one failed step, with scratch checkouts under the task's lease. Git is
 * needed only where the plan has a workspace.
 */
final class Mending implements TaskHandler {
    /** Most commands remembered that were run in vain; the least recently asked for go first. */
    private static final int MAX_IN_VAIN = 256;

    private final List<PatchSource> sources;
    private final StepHandler steps;
    private final Supplier<GitServer> git;
    private final Blobs blobs;
    private final InstantSource clock;
    private final InVain inVain = new InVain();

    Mending(
            List<PatchSource> sources,
            StepHandler steps,
            Supplier<GitServer> git,
            Blobs blobs,
            InstantSource clock) {
        this.sources = List.copyOf(sources);
        this.steps = steps;
        this.git = git;
        this.blobs = blobs;
        this.clock = clock;
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        ScratchRun scratch = (_, command) -> scratch(leased, context, command);
        try {
            var handler =
                    new MendHandler(
                            sources,
                            new MendHandler.Place(sink(leased.task()), scratch),
                            blobs,
                            new MendHandler.Limits(List.of("**"), memory(), steps::redactor),
                            clock);
            return handler.handle(leased, context);
        } catch (WorkspaceException e) {
            return new TaskResult.Failed(e.failure(), null, TaskResult.Usage.NONE);
        }
    }

    private PatchSink sink(Task task) {
        if (task.input() == null) {
            return PatchSink.none();
        }
        var server = git.get();
        return new WorkspaceSink(server.inputs(), server.trees(), server.patches());
    }

    /** Does the command as if it were the step, and takes what it changed. */
    private ScratchRun.Outcome scratch(LeasedTask leased, TaskContext context, String command)
            throws InterruptedException {
        var task = leased.task();
        var asked = new Asked(task.run(), task.step(), requireNonNull(task.input()), command);
        var before = inVain.find(asked);
        if (before != null) {
            return before;
        }
        return switch (steps.handle(doing(command, leased), context)) {
            case TaskResult.Done done -> {
                var diff =
                        git.get()
                                .trees()
                                .diff(
                                        RunRepository.of(task),
                                        requireNonNull(done.commit(), "commit"));
                var cost = done.usage().costNanoUsd();
                yield diff.isBlank()
                        ? inVain.keep(asked, new ScratchRun.Nothing("it changed nothing", cost))
                        : new ScratchRun.Changed(diff, cost);
            }
            case TaskResult.Failed(var failure, _, var usage, _) -> {
                var nothing =
                        new ScratchRun.Nothing(
                                "it failed: " + failure.message(), usage.costNanoUsd());
                yield failure.maybeTransient() ? nothing : inVain.keep(asked, nothing);
            }
            case TaskResult.PatchProposed _, TaskResult.PatchNotFound _, TaskResult.Reconciled _ ->
                    throw new IllegalStateException("a step's work proposes no patches");
        };
    }

    private static LeasedTask doing(String command, LeasedTask leased) {
        var task = leased.task();
        var step =
                requireNonNull(task.definition(), "definition")
                        .replacedBy(
                                new Step.Alternative(
                                        new Work.Exec(command), new TreeMap<>(), null));
        var scratch =
                new Task(
                        task.key(),
                        task.run(),
                        task.tenant(),
                        task.step(),
                        task.attempt(),
                        task.effectKey(),
                        task.kind(),
                        step,
                        task.input(),
                        task.network(),
                        task.outputs(),
                        task.mend(),
                        null,
                        null);
        return new LeasedTask(scratch, leased.queue(), leased.token(), leased.expiresAt());
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    /** A command on an input: done again, the same comes of it. */
    private record Asked(String run, String step, TaskInput input, String command) {}

    /** Commands that gave no change, so that the next search for the same step need not wait. */
    private static final class InVain {
        private final Map<Asked, ScratchRun.Nothing> kept =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Asked, ScratchRun.Nothing> old) {
                        return size() > MAX_IN_VAIN;
                    }
                };

        synchronized ScratchRun.@org.jspecify.annotations.Nullable Nothing find(Asked asked) {
            return kept.get(asked);
        }

        synchronized ScratchRun.Nothing keep(Asked asked, ScratchRun.Nothing outcome) {
            kept.put(asked, new ScratchRun.Nothing(outcome.why())); // paid for once
            return outcome;
        }
    }
}
