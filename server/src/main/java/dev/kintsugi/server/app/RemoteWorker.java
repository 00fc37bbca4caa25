package dev.kintsugi.server.app;

import static java.util.Objects.requireNonNullElse;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.WorkConnection;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkWire.Offer;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.client.worker.ThreadedRuntime;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.StartFailure;
import dev.kintsugi.server.platform.TimeAndChance;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.ServerGit;
import dev.kintsugi.server.workspace.git.GitCheckouts;
import dev.kintsugi.server.workspace.sandbox.Orphans;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxSettings;
import dev.kintsugi.server.workspace.step.AgentPrograms;
import dev.kintsugi.server.workspace.step.CheckoutSource;
import dev.kintsugi.server.workspace.step.Secrets;
import dev.kintsugi.server.workspace.step.StepBlobs;
import dev.kintsugi.server.workspace.step.StepHandler;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program {@code kintsugi worker}: does steps of a server elsewhere on this machine, in
 * checkouts and a sandbox of its own. It asks the server for work; nothing needs to reach it.
 */
public final class RemoteWorker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemoteWorker.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FileChannel held;
    private final WorkConnection server;
    private final Sandbox sandbox;
    private final ScheduledExecutorService timers =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("step-timers").factory());
    private final ScheduledExecutorService sweeps =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("sweeps").factory());
    private final ThreadedRuntime runtime;
    private final Worker worker;

    private RemoteWorker(
            RemoteWorkerSettings settings, Map<String, String> environment, FileChannel held)
            throws IOException {
        this.held = held;
        var home = Home.folder(environment);
        var folder = folder(home, settings);
        var attempts = Files.createDirectories(folder.resolve("attempts"));
        Orphans.reap(attempts);
        server = KintsugiClient.work(settings.server(), settings.key());
        sandbox = Sandbox.strongest(SandboxSettings.of(environment, home, List.of()));
        var git = new ServerGit(settings.server(), server::proof);
        var checkouts = GitCheckouts.in(folder, new TimeAndChance().ownClock());
        var _ =
                sweeps.scheduleWithFixedDelay(
                        () -> sweep(checkouts),
                        0,
                        Housekeeping.SWEEPS.toMillis(),
                        TimeUnit.MILLISECONDS);
        CheckoutSource source = task -> checkouts.open(task, git);
        var steps =
                new StepHandler(
                        new StepHandler.Parts(
                                sandbox,
                                source,
                                new Contents(server),
                                Classifier.standard(),
                                Secrets.of(environment, home.resolve("secrets")),
                                attempts,
                                timers,
                                dev.kintsugi.healing.time.TimeAndChance.real().ticker()::nanos,
                                new AgentPrograms(settings.agents(), server::input)));
        var kinds = new EnumMap<TaskKind, TaskHandler>(TaskKind.class);
        for (var kind : TaskKind.values()) {
            if (kind.forAnyWorker()) {
                kinds.put(kind, steps);
            }
        }
        runtime = new ThreadedRuntime(kinds);
        var names = new TreeSet<>(settings.agents().keySet());
        var terms =
                server.register(
                        new Offer(
                                settings.id(),
                                settings.slots(),
                                names,
                                settings.labels(),
                                settings.capacity()));
        worker =
                new Worker(
                        new Worker.Settings(
                                settings.id(),
                                null,
                                settings.slots(),
                                settings.agentsOnly()
                                        ? new TreeSet<>()
                                        : new TreeSet<>(kinds.keySet()),
                                names,
                                settings.capacity(),
                                Duration.ofMillis(terms.leaseMs()).dividedBy(3),
                                PATIENCE),
                        server,
                        runtime);
    }

    /** Works until it is asked to end; then gives back what it holds. */
    static void main(String[] args) throws InterruptedException {
        try {
            var settings = RemoteWorkerSettings.of(args, System.getenv());
            var worker = start(settings, System.getenv());
            Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "give back"));
            System.err.printf(
                    "Worker %s works for %s (ctrl-c gives back what it holds)%n",
                    settings.id(), settings.server());
            new CountDownLatch(1).await();
        } catch (StartFailure e) {
            System.err.println("kintsugi: " + e.getMessage());
            System.exit(StartFailure.EXIT_CODE);
        }
    }

    /**
     * A worker that is at work when this returns.
     *
     * @throws StartFailure saying what to do, when it cannot work
     */
    public static RemoteWorker start(
            RemoteWorkerSettings settings, Map<String, String> environment) {
        var folder = folder(Home.folder(environment), settings);
        try {
            var held = hold(folder, settings.id());
            try {
                var started = new RemoteWorker(settings, environment, held);
                started.worker.start();
                return started;
            } catch (IOException | RuntimeException e) {
                held.close();
                throw e;
            }
        } catch (ApiException e) {
            throw new StartFailure(refusal(settings, e), e);
        } catch (IOException e) {
            throw new StartFailure(
                    "The folder %s cannot be written (%s): make it writable or set KINTSUGI_HOME to another."
                            .formatted(folder, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static String refusal(RemoteWorkerSettings settings, ApiException e) {
        return switch (e.status()) {
            case 401, 403 ->
                    "The server at %s does not take this key for work (%d): give one with the scope work by KINTSUGI_API_KEY."
                            .formatted(settings.server(), e.status());
            default -> requireNonNullElse(e.getMessage(), e.code());
        };
    }

    private static Path folder(Path home, RemoteWorkerSettings settings) {
        return home.resolve("workers").resolve(settings.id());
    }

    /** Two of the same name would take each other's leases for their own. */
    private static FileChannel hold(Path folder, String id) throws IOException {
        Files.createDirectories(folder);
        var channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            log.debug("held by this very process");
        }
        channel.close();
        throw new StartFailure(
                "A worker %s runs here already: stop it, or name this one by --id.".formatted(id),
                null);
    }

    /** Only the server knows which runs there are: here it goes by age and size. */
    private static void sweep(Checkouts checkouts) {
        try {
            checkouts.sweep(_ -> false, false);
            checkouts.sweepCaches(false);
        } catch (RuntimeException e) {
            log.warn("cannot sweep checkouts, tried again in an hour: {}", e.toString());
        }
    }

    /** How many tasks it has. */
    int holding() {
        return worker.holding();
    }

    @Override
    public void close() {
        worker.stop("the worker stops");
        runtime.close();
        timers.shutdownNow();
        sweeps.shutdownNow();
        sandbox.close();
        server.close();
        try {
            held.close();
        } catch (IOException e) {
            log.warn("cannot release the worker's folder", e);
        }
    }

    /** Contents come from and go to the server. */
    private record Contents(WorkConnection server) implements StepBlobs {
        @Override
        public String put(LeasedTask task, byte[] content) {
            return server.keep(content);
        }

        @Override
        public byte[] get(LeasedTask task, String hash) {
            return server.content(hash);
        }
    }
}
