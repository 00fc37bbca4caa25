package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.workspace.LeaseSeal;
import dev.kintsugi.server.workspace.ServerGit;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;

/** Git over HTTP on a random port, with leases that a test hands out and takes back. */
final class GitHttpServer implements AutoCloseable {
    private static final LeaseSeal SEAL = new LeaseSeal(new byte[32]);

    private final Tomcat tomcat = new Tomcat();
    private final Map<Lease, Task> leases = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final Bench bench;

    GitHttpServer(Bench bench, Path folder) throws Exception {
        this.bench = bench;
        tomcat.setBaseDir(Files.createDirectories(folder.resolve("tomcat")).toString());
        tomcat.setPort(0);
        tomcat.setSilent(true);
        var context = (StandardContext) tomcat.addContext("", folder.toString());
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesRmiTargets(false);
        var servlet =
                bench.server.servlet((_, lease, proof) ->
                        SEAL.fits(lease, proof)
                                ? Optional.ofNullable(leases.get(lease))
                                : Optional.empty());
        Tomcat.addServlet(context, "git", servlet);
        context.addServletMappingDecoded("/git/*", "git");
        tomcat.start();
        tomcat.getConnector();
    }

    ServerGit address() {
        return new ServerGit(
                URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort()), SEAL::of);
    }

    /** The header of whoever was given this lease. */
    static String header(Lease lease) {
        return new LeaseHeader(lease, SEAL.of(lease)).text();
    }

    LeasedTask lease(String step, TaskInput input, String... caches) {
        return lease(TaskKind.STEP, step, input, caches);
    }

    LeasedTask lease(TaskKind kind, String step, TaskInput input, String... caches) {
        var definition =
                new Step(
                        step,
                        new Work.Exec("true"),
                        QueueClass.CPU,
                        Step.Priority.NORMAL,
                        List.of(),
                        Duration.ofMinutes(1),
                        new TreeMap<>(),
                        null,
                        Step.Effects.IDEMPOTENT,
                        List.of(caches),
                        null,
                        List.of(),
                        null);
        var task =
                new Task(
                        "%s:%s:1".formatted(bench.run.run(), step),
                        bench.run.run(),
                        bench.run.tenant(),
                        step,
                        1,
                        "effect",
                        kind,
                        definition,
                        input,
                        Gate.Network.FULL,
                        new TreeMap<>(),
                        null,
                        null,
                        null);
        var leased =
                new LeasedTask(
                        task, QueueClass.CPU, tokens.incrementAndGet(), Instant.ofEpochSecond(30));
        leases.put(leased.lease(), task);
        return leased;
    }

    void takeBack(LeasedTask leased) {
        leases.remove(leased.lease());
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }
}
