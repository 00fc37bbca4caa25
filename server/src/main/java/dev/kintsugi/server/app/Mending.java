package dev.kintsugi.server.app;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.repair.AutofixSource;
import dev.kintsugi.server.repair.LearnedPatches;
import dev.kintsugi.server.repair.LearnedSource;
import dev.kintsugi.server.repair.MendHandler;
import dev.kintsugi.server.repair.ScratchRun;
import dev.kintsugi.server.repair.WorkspaceSink;
import dev.kintsugi.server.repair.catalogue.CatalogueSource;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.git.GitServer;
import dev.kintsugi.server.workspace.step.StepHandler;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Puts the sources of patches together for one failed step, with scratch checkouts under its lease.
 */
final class Mending implements TaskHandler {
    private final LearnedPatches learned;
    private final StepHandler steps;
    private final Supplier<GitServer> git;
    private final Blobs blobs;
    private final InstantSource clock;

    Mending(
            LearnedPatches learned,
            StepHandler steps,
            Supplier<GitServer> git,
            Blobs blobs,
            InstantSource clock) {
        this.learned = learned;
        this.steps = steps;
        this.git = git;
        this.blobs = blobs;
        this.clock = clock;
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        ScratchRun scratch = (_, command) -> diff(leased, context, command);
        var server = git.get();
        var handler =
                new MendHandler(
                        List.of(
                                new LearnedSource(learned),
                                CatalogueSource.shipped(scratch),
                                new AutofixSource(scratch)),
                        new WorkspaceSink(server.inputs(), server.trees(), server.patches()),
                        blobs,
                        new MendHandler.Limits(List.of("**"), memory()),
                        clock);
        return handler.handle(leased, context);
    }

    /** Does the command as if it were the step, and takes what it changed. */
    private Optional<String> diff(LeasedTask leased, TaskContext context, String command)
            throws InterruptedException {
        var task = leased.task();
        if (task.input() == null) {
            return Optional.empty();
        }
        var result = steps.handle(doing(command, leased), context);
        return result instanceof TaskResult.Done done && done.commit() != null
                ? Optional.of(git.get().trees().diff(RunRepository.of(task), done.commit()))
                        .filter(diff -> !diff.isBlank())
                : Optional.empty();
    }

    private static LeasedTask doing(String command, LeasedTask leased) {
        var task = leased.task();
        var step =
                java.util.Objects.requireNonNull(task.definition(), "definition")
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
}
