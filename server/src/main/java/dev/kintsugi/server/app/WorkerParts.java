package dev.kintsugi.server.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch.StepPatch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.repair.AutofixSource;
import dev.kintsugi.server.repair.LearnedPatches;
import dev.kintsugi.server.repair.LearnedSource;
import dev.kintsugi.server.repair.PatchSource;
import dev.kintsugi.server.repair.PostgresLearnedPatches;
import dev.kintsugi.server.repair.catalogue.CatalogueSource;
import dev.kintsugi.server.run.PatchMemory;
import dev.kintsugi.server.tenant.Tenants;
import dev.kintsugi.server.workspace.AgentCalls;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.DeliverHandler;
import dev.kintsugi.server.workspace.LeaseCheck;
import dev.kintsugi.server.workspace.LeaseSeal;
import dev.kintsugi.server.workspace.PrepareHandler;
import dev.kintsugi.server.workspace.Repositories;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.ServerGit;
import dev.kintsugi.server.workspace.git.GitCheckouts;
import dev.kintsugi.server.workspace.git.GitServer;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxSettings;
import dev.kintsugi.server.workspace.step.AgentPrograms;
import dev.kintsugi.server.workspace.step.AgentWork;
import dev.kintsugi.server.workspace.step.CheckoutSource;
import dev.kintsugi.server.workspace.step.Secrets;
import dev.kintsugi.server.workspace.step.StepBlobs;
import dev.kintsugi.server.workspace.step.StepHandler;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The server's own worker and what it works with. Git is looked for when the first plan needs it.
 */
@Configuration(proxyBeanMethods = false)
class WorkerParts {

    @Bean
    Late<GitServer> gitServer(
            Home home, WorkspaceRoots roots, @Value("${KINTSUGI_WORKSPACE_HOSTS:}") String hosts) {
        var names = new TreeSet<String>();
        Arrays.stream(hosts.split(","))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .forEach(names::add);
        return new Late<>(() ->
                GitServer.open(new GitServer.Settings(home.folder(), roots::accepted, names)));
    }

    @Bean
    WorkspaceRoots workspaceRoots(Home home, @Value("${KINTSUGI_WORKSPACE_ROOTS:}") String said) {
        return WorkspaceRoots.of(said, home.folder());
    }

    @Bean
    Repositories repositories(Late<GitServer> git) {
        return new Repositories() {
            @Override
            public void check(String tenant, Plan.Workspace workspace) {
                git.get().repositories().check(tenant, workspace);
            }

            @Override
            public Prepared prepare(RunRepository run, Plan.Workspace workspace)
                    throws InterruptedException {
                return git.get().repositories().prepare(run, workspace);
            }

            @Override
            public Prepared prepare(RunRepository run, Plan.Workspace workspace, Task.Origin origin)
                    throws InterruptedException {
                return git.get().repositories().prepare(run, workspace, origin);
            }
        };
    }

    @Bean
    Classifier classifier() {
        return Classifier.standard();
    }

    @Bean(destroyMethod = "close")
    Sandbox sandbox(Home home) {
        return Sandbox.strongest(SandboxSettings.of(System.getenv(), home.folder(), List.of()));
    }

    @Bean
    StepBlobs stepBlobs(Blobs blobs) {
        return new StepBlobs() {
            @Override
            public String put(LeasedTask task, byte[] content) {
                return blobs.put(task.task().tenant(), content);
            }

            @Override
            public byte[] get(LeasedTask task, String hash) {
                return blobs.get(task.task().tenant(), hash)
                        .orElseThrow(() -> new NoSuchElementException("no content " + hash));
            }
        };
    }

    @Bean
    Checkouts checkouts(Home home, InstantSource clock) {
        return GitCheckouts.in(home.folder(), clock);
    }

    /** Workspaces come over HTTP, as they do for workers elsewhere. */
    @Bean
    CheckoutSource checkoutSource(
            Checkouts checkouts, LeaseSeal seal, ServletWebServerApplicationContext web) {
        return task -> checkouts.open(task, new ServerGit(address(web), seal::of));
    }

    @Bean
    LeaseSeal leaseSeal(Home home) {
        return new LeaseSeal(home.chainKey());
    }

    private static URI address(ServletWebServerApplicationContext web) {
        var server = Objects.requireNonNull(web.getWebServer(), "the web server is not up yet");
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Bean
    ServletRegistrationBean<LateServlet> gitOverHttp(
            ObjectProvider<TaskQueue> queue, LeaseSeal seal, Late<GitServer> git) {
        LeaseCheck leases =
                (run, lease, proof) ->
                        seal.fits(lease, proof)
                                ? queue.getObject()
                                        .held(lease)
                                        .filter(task -> task.run().equals(run))
                                : Optional.empty();
        return new ServletRegistrationBean<>(
                new LateServlet(() -> git.get().servlet(leases)), "/git/*");
    }

    @Bean
    LearnedPatches learnedPatches(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        return new PostgresLearnedPatches(transactions, jdbc, clock);
    }

    /** What the run level remembers of patches, in the words of the repair level. */
    @Bean
    PatchMemory patchMemory(LearnedPatches learned, Blobs blobs) {
        return (tenant, fingerprint, patch, verified) -> {
            if (!verified) {
                learned.penalise(tenant, fingerprint, patch.id());
                return;
            }
            // a diff that is no longer kept cannot be learned
            var diff =
                    switch (patch) {
                        case TreePatch tree ->
                                blobs.get(tenant, tree.diff())
                                        .map(bytes -> new String(bytes, UTF_8));
                        case StepPatch _ -> Optional.of("");
                    };
            diff.ifPresent(text -> learned.remember(tenant, fingerprint, patch, text));
        };
    }

    /** Read once: a broken catalogue is a server that does not start. */
    @Bean
    CatalogueSource catalogueSource() {
        return CatalogueSource.shipped();
    }

    @Bean
    LearnedSource learnedSource(LearnedPatches learned) {
        return new LearnedSource(learned);
    }

    @Bean
    AutofixSource autofixSource() {
        return new AutofixSource();
    }

    @Bean
    Mending mending(
            List<PatchSource> sources,
            StepHandler steps,
            Late<GitServer> git,
            Blobs blobs,
            InstantSource clock) {
        return new Mending(sources, steps, git, blobs, clock);
    }

    @Bean
    LocalWorker localWorker(
            Sandbox sandbox,
            TaskQueue queue,
            Home home,
            StepHandler steps,
            Mending mending,
            Repositories repositories,
            Late<GitServer> git,
            InstantSource clock,
            @Value("${KINTSUGI_LOCAL_STEPS:true}") boolean stepsHere) {
        var handlers = new EnumMap<TaskKind, TaskHandler>(TaskKind.class);
        if (stepsHere) {
            handlers.put(TaskKind.STEP, steps);
            handlers.put(TaskKind.RECHECK, steps);
            handlers.put(TaskKind.UNDO, steps);
            handlers.put(TaskKind.RECONCILE, steps);
        }
        handlers.put(TaskKind.MEND, mending);
        handlers.put(TaskKind.PREPARE, new PrepareHandler(repositories, clock));
        handlers.put(
                TaskKind.DELIVER,
                new DeliverHandler(
                        (run, delivery) -> git.get().delivery().deliver(run, delivery), clock));
        // without isolation a step could read what belongs to other tenants
        var tenant = sandbox.isolates() ? null : Tenants.DEFAULT;
        return new LocalWorker(queue, "local-" + home.id(), tenant, handlers, attempts(home));
    }

    @Bean
    StepHandler stepHandler(
            Sandbox sandbox,
            CheckoutSource checkouts,
            StepBlobs blobs,
            Classifier classifier,
            Home home,
            @Qualifier("nanoTime") LongSupplier nanoTime) {
        return new StepHandler(
                new StepHandler.Parts(
                        sandbox,
                        checkouts,
                        blobs,
                        classifier,
                        Secrets.of(System.getenv(), home.secrets()),
                        attempts(home),
                        Executors.newSingleThreadScheduledExecutor(
                                Thread.ofPlatform().daemon().name("step-timers").factory()),
                        nanoTime,
                        AgentPrograms.NONE));
    }

    @Bean
    AgentCalls agentCalls(Blobs blobs, Classifier classifier, Home home) {
        var contents =
                new AgentWork.Contents() {
                    @Override
                    public String put(String tenant, byte[] content) {
                        return blobs.put(tenant, content);
                    }

                    @Override
                    public Optional<byte[]> get(String tenant, String hash) {
                        return blobs.get(tenant, hash);
                    }
                };
        return new AgentWork(contents, classifier, Secrets.of(System.getenv(), home.secrets()));
    }

    private static Path attempts(Home home) {
        return home.folder().resolve("attempts");
    }
}
