package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.PatchNotFound;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.server.platform.memory.MemoryBlobs;
import dev.kintsugi.server.repair.AutofixSource;
import dev.kintsugi.server.repair.catalogue.CatalogueSource;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.git.GitServer;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxSettings;
import dev.kintsugi.server.workspace.step.AgentPrograms;
import dev.kintsugi.server.workspace.step.Secrets;
import dev.kintsugi.server.workspace.step.StepBlobs;
import dev.kintsugi.server.workspace.step.StepHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MendingTest {
    private static final RunRepository RUN = new RunRepository("default", "run");

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    @TempDir Path folder;
    private Path scratch;
    private Sandbox sandbox;

    @BeforeEach
    void begin() throws IOException {
        scratch = Files.createDirectories(folder.resolve("scratch"));
        sandbox =
                Sandbox.strongest(
                        SandboxSettings.of(System.getenv(), folder.resolve("home"), List.of()));
    }

    @AfterEach
    void end() {
        sandbox.close();
        timers.shutdownNow();
    }

    @Test
    void aPlanWithoutWorkspaceIsMendedWhereThereIsNoGit() throws Exception {
        var result = mending(MendingTest::missing).handle(leased(task(null, "true")), new Wanted());

        assertThat(result).isInstanceOf(PatchProposed.class);
    }

    @Test
    void whereGitIsMissingAPlanWithWorkspaceSaysSo() throws Exception {
        var task = task(new TaskInput("0".repeat(40), List.of(), List.of()), "true");

        var result = mending(MendingTest::missing).handle(leased(task), new Wanted());

        assertThat(((TaskResult.Failed) result).failure().message()).isEqualTo("git is missing");
    }

    @Test
    void aCommandThatFailedOnAnInputIsNotRunOnItAgain() throws Exception {
        var git = repository();
        var base = git.repositories().prepare(RUN, workspace()).baseCommit();
        var task = task(new TaskInput(base, List.of(), List.of()), "echo x >> count; exit 3");
        var mending = mending(() -> git);

        var first = (PatchNotFound) mending.handle(leased(task), new Wanted());
        var second = (PatchNotFound) mending.handle(leased(task), new Wanted());

        assertThat(scratch.resolve("count")).hasContent("x");
        assertThat(first.refused()).singleElement().asString().contains("it failed");
        assertThat(second.refused()).isEqualTo(first.refused());
        var further =
                task(new TaskInput(base, List.of(base), List.of()), "echo x >> count; exit 3");
        mending.handle(leased(further), new Wanted());
        assertThat(scratch.resolve("count")).hasContent("x\nx");
    }

    private static GitServer missing() {
        throw new WorkspaceException(WorkspaceException.Code.GIT_MISSING, "git is missing");
    }

    private Mending mending(Supplier<GitServer> git) {
        var blobs = new MemoryBlobs();
        var steps =
                new StepHandler(
                        new StepHandler.Parts(
                                sandbox,
                                _ -> new Scratch(),
                                new Shelf(blobs),
                                Classifier.standard(),
                                Secrets.of(new TreeMap<>(), folder.resolve("secrets")),
                                folder.resolve("attempts"),
                                timers,
                                System::nanoTime,
                                AgentPrograms.NONE));
        var sources = List.of(CatalogueSource.shipped(), new AutofixSource());
        return new Mending(sources, steps, git, blobs, InstantSource.fixed(Instant.EPOCH));
    }

    private GitServer repository() throws Exception {
        var source = Files.createDirectories(folder.resolve("source"));
        var made =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "git init -q -b main . && git -c user.name=Ann -c user.email=a@b"
                                        + " commit -q --allow-empty -m first")
                        .directory(source.toFile())
                        .inheritIO()
                        .start();
        assertThat(made.waitFor()).isZero();
        return GitServer.open(
                new GitServer.Settings(
                        folder.resolve("home"), _ -> List.of(folder), new TreeSet<>()));
    }

    private Plan.Workspace workspace() {
        return new Plan.Workspace(folder.resolve("source").toString(), "main");
    }

    /** A step that ran out of time where there is no workspace, else one that just failed. */
    private static Task task(@Nullable TaskInput input, String autofix) {
        var step =
                new Step(
                        "build",
                        new Work.Exec("false"),
                        Step.QueueClass.CPU,
                        Step.Priority.NORMAL,
                        List.of(),
                        Duration.ofMinutes(1),
                        new TreeMap<>(),
                        null,
                        Step.Effects.IDEMPOTENT,
                        List.of(),
                        autofix,
                        List.of(),
                        null);
        var failure =
                Classifier.standard()
                        .classify(new Evidence.ProcessExit(1, input == null, "it broke"));
        return new Task(
                "mend:run:build:1",
                RUN.run(),
                RUN.tenant(),
                "build",
                1,
                "run:build:1:mend",
                TaskKind.MEND,
                step,
                input,
                Gate.Network.FULL,
                new TreeMap<>(),
                new Task.Mend(
                        failure,
                        null,
                        new Gate(List.of("**"), false, 10, 400, Gate.Network.FULL),
                        List.of()),
                null,
                null);
    }

    private static LeasedTask leased(Task task) {
        return new LeasedTask(task, Step.QueueClass.CPU, 1, Instant.EPOCH);
    }

    /** A folder that stays between runs, so that they can be counted. */
    private final class Scratch implements Checkout {
        @Override
        public Path path() {
            return scratch;
        }

        @Override
        public Path repository() {
            return scratch;
        }

        @Override
        public long checkoutMillis() {
            return 0;
        }

        @Override
        public String capture(Redactor secrets) {
            throw new AssertionError("a command that failed leaves nothing");
        }

        @Override
        public void pass() {
            throw new AssertionError("the command failed");
        }

        @Override
        public void keep() {
            throw new AssertionError("a scratch checkout is not kept");
        }

        @Override
        public void close() {}
    }

    private record Shelf(MemoryBlobs blobs) implements StepBlobs {
        @Override
        public String put(LeasedTask task, byte[] content) {
            return blobs.put(task.task().tenant(), content);
        }

        @Override
        public byte[] get(LeasedTask task, String hash) {
            return blobs.get(task.task().tenant(), hash).orElseThrow();
        }
    }

    private static final class Wanted implements TaskContext {
        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void onCancel(Runnable action) {}

        @Override
        public void log(byte[] bytes) {}
    }
}
