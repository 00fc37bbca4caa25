package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.sandbox.AttemptFolder;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A step handler with real processes and everything else in memory. */
final class Workshop implements AutoCloseable {
    final Path root;
    final Path secretsFolder;
    final Map<String, String> environment = new TreeMap<>();
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final List<Evidence> classified = new ArrayList<>();
    final RecordedContext context = new RecordedContext();
    final Bench bench;
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Sandbox sandbox;

    // What the next task is; tests change what matters to them.
    TaskKind kind = TaskKind.STEP;
    Duration timeout = Duration.ofSeconds(50);
    Network network = Network.FULL;
    TreeMap<String, String> env = new TreeMap<>();
    TreeMap<String, String> outputs = new TreeMap<>();
    @Nullable FailureClass declared;
    @Nullable String undo;
    Step.Effects effects = Step.Effects.IDEMPOTENT;
    boolean workspace;
    String tenant = "default";

    Workshop() throws IOException {
        root = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "step").toRealPath();
        secretsFolder = Files.createDirectory(root.resolve("secrets"));
        bench = new Bench(Files.createDirectory(root.resolve("checkout")));
        sandbox =
                Sandbox.strongest(
                        SandboxSettings.of(System.getenv(), root.resolve("attempts"), List.of()));
    }

    TaskResult exec(String command) throws InterruptedException {
        return run(new Work.Exec(command));
    }

    TaskResult run(Work work) throws InterruptedException {
        return handler().handle(leased(work), context);
    }

    StepHandler handler() {
        return new StepHandler(
                new StepHandler.Parts(
                        sandbox,
                        bench,
                        new Shelf(),
                        this::classify,
                        Secrets.of(environment, secretsFolder),
                        root.resolve("attempts"),
                        timers,
                        System::nanoTime,
                        AgentPrograms.NONE));
    }

    void output(String step, String json) {
        outputs.put(step, "out-" + step);
        blobs.put("out-" + step, json.getBytes(UTF_8));
    }

    String blob(@Nullable String hash) {
        return new String(blobs.getOrDefault(String.valueOf(hash), new byte[0]), UTF_8);
    }

    LeasedTask leased(Work work) {
        var step =
                new Step(
                        "build",
                        work,
                        Step.QueueClass.CPU,
                        Step.Priority.NORMAL,
                        List.of(),
                        timeout,
                        env,
                        declared,
                        effects,
                        List.of(),
                        null,
                        List.of(),
                        undo);
        var task =
                new Task(
                        "r1:build:2",
                        "r1",
                        tenant,
                        "build",
                        2,
                        "r1:build:1",
                        kind,
                        step,
                        workspace ? new TaskInput("base", List.of(), List.of()) : null,
                        network,
                        outputs,
                        null,
                        null,
                        null);
        return new LeasedTask(
                task, Step.QueueClass.CPU, ProcessHandle.current().pid(), Instant.EPOCH);
    }

    private Failure classify(Evidence evidence) {
        classified.add(evidence);
        var rule =
                switch (evidence) {
                    case Evidence.ProcessExit exit ->
                            exit.timedOut() ? "timeout" : "exit-" + exit.exitCode();
                    case Evidence.HttpReply reply -> "http-" + reply.status();
                    case Evidence.Thrown thrown -> thrown.error().getClass().getSimpleName();
                    case Evidence.Text _ -> "text";
                };
        return failure(rule);
    }

    static Failure failure(String rule) {
        return new Failure(
                FailureCategory.UNKNOWN,
                FailureClass.RUNTIME,
                Severity.MEDIUM,
                rule,
                "0123456789abcdef",
                rule,
                false,
                null,
                new TreeMap<>());
    }

    @Override
    public void close() {
        sandbox.close();
        timers.shutdownNow();
        try {
            new AttemptFolder(root, "workshop").delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Shelf implements StepBlobs {
        @Override
        public String put(LeasedTask task, byte[] content) {
            var hash = "blob-" + blobs.size();
            blobs.put(hash, content);
            return hash;
        }

        @Override
        public byte[] get(LeasedTask task, String hash) {
            var content = blobs.get(hash);
            if (content == null) {
                throw new NoSuchElementException(hash);
            }
            return content;
        }
    }

    /** One checkout, and what was done with it. */
    static final class Bench implements CheckoutSource, Checkout {
        private final Path path;
        final List<String> calls = new ArrayList<>();
        @Nullable WorkspaceException conflict;
        @Nullable WorkspaceException refusal;

        Bench(Path path) {
            this.path = path;
        }

        @Override
        public Checkout open(LeasedTask task) {
            if (conflict != null) {
                throw conflict;
            }
            calls.add("open");
            return this;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public Path repository() {
            return path;
        }

        @Override
        public long checkoutMillis() {
            return 12;
        }

        @Override
        public String capture(Redactor secrets) {
            calls.add("capture");
            if (refusal != null) {
                throw refusal;
            }
            return "commit-1";
        }

        @Override
        public void pass() {
            calls.add("pass");
        }

        @Override
        public void keep() {
            calls.add("keep");
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }
}
