package dev.kintsugi.server.workspace.step;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.sandbox.AttemptFolder;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does {@link TaskKind#STEP}, {@link TaskKind#RECHECK}, {@link TaskKind#UNDO} and {@link
 * TaskKind#RECONCILE}: opens a checkout where the task has input, does the step's work in the
 * sandbox or over HTTP, classifies what went wrong and captures what came of it. Safe for many
 * threads.
 */
public final class StepHandler implements TaskHandler {
    private static final Logger log = LoggerFactory.getLogger(StepHandler.class);

    private final Parts parts;
    private final ExecWork exec;
    private final HttpWork http;

    /**
     * What a worker's machine gives.
     *
     * @param attempts folder for what belongs to single attempts; {@link
     *     dev.kintsugi.server.workspace.sandbox.Orphans} cleans it at the worker's start
     * @param timers for timeouts and for sending output in time; its tasks do not block
     * @param nanoTime nanoseconds since some moment
     * @param agents those that are offered here
     */
    public record Parts(
            Sandbox sandbox,
            CheckoutSource checkouts,
            StepBlobs blobs,
            Classifier classifier,
            Secrets secrets,
            Path attempts,
            ScheduledExecutorService timers,
            LongSupplier nanoTime,
            AgentPrograms agents) {}

    public StepHandler(Parts parts) {
        this.parts = parts;
        this.exec = new ExecWork(parts.sandbox(), parts.timers());
        this.http = new HttpWork();
    }

    /** What masks every secret that a tenant's steps may be given here. */
    public Redactor redactor(String tenant) {
        return parts.secrets().of(tenant).redactor();
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        long start = parts.nanoTime().getAsLong();
        var task = leased.task();
        if (!task.kind().forAnyWorker() && task.kind() != TaskKind.MEND) {
            throw new IllegalArgumentException("a step handler does not do " + task.kind());
        }
        Checkout checkout = null;
        try {
            checkout = task.input() == null ? null : parts.checkouts().open(leased);
            var result = attempt(leased, context, checkout, start);
            if (checkout != null) {
                if (!(result instanceof TaskResult.Failed)) {
                    checkout.pass();
                } else if (task.kind() != TaskKind.MEND) { // a scratch checkout is nobody's attempt
                    checkout.keep();
                }
            }
            return result;
        } catch (WorkspaceException e) {
            return failed(e.failure(), null, usage(start, checkout, 0));
        } finally {
            if (checkout != null) {
                checkout.close();
            }
        }
    }

    private TaskResult attempt(
            LeasedTask leased, TaskContext context, @Nullable Checkout checkout, long start)
            throws InterruptedException {
        AttemptFolder folder = null;
        try {
            var name = leased.task().key() + "#" + leased.token();
            folder = AttemptFolder.create(parts.attempts(), name);
            var references =
                    new References(
                            parts.secrets().of(leased.task().tenant()),
                            leased.task().inputs(),
                            leased.task().outputs(),
                            hash -> parts.blobs().get(leased, hash));
            var step = requireNonNull(leased.task().definition(), "definition");
            var attempt = new Attempt(leased, step, context, folder, references);
            return result(attempt, work(attempt, checkout), checkout, start);
        } catch (InterruptedException e) {
            var cost = costSoFar(folder);
            if (cost == 0) {
                throw e;
            }
            var stopped =
                    StepRefusedException.configuration(
                            "step.stopped", "stopped: the work is no longer wanted");
            return failed(stopped.failure(), null, usage(start, checkout, cost));
        } catch (StepRefusedException e) {
            return failed(e.failure(), null, usage(start, checkout, 0));
        } catch (SandboxException e) {
            var refused =
                    StepRefusedException.configuration(
                            "step.sandbox", String.valueOf(e.getMessage()));
            return failed(refused.failure(), null, usage(start, checkout, 0));
        } catch (IOException e) {
            var failure = parts.classifier().classify(new Evidence.Thrown(e));
            return failed(failure, null, usage(start, checkout, 0));
        } finally {
            delete(folder);
        }
    }

    /** What a step that was stopped had said until then. */
    private static long costSoFar(@Nullable AttemptFolder folder) {
        try {
            return folder == null ? 0 : StepOutput.read(folder.output()).costNanoUsd();
        } catch (StepRefusedException | IOException _) {
            return 0;
        }
    }

    private Outcome work(Attempt attempt, @Nullable Checkout checkout)
            throws IOException, InterruptedException, StepRefusedException {
        var directory = checkout == null ? attempt.folder().work() : checkout.path();
        var readable = checkout == null ? List.<Path>of() : List.of(checkout.repository());
        if (attempt.task().kind() == TaskKind.UNDO) {
            var undo = attempt.step().undo();
            return undo == null
                    ? new Outcome.Passed(null, List.of("nothing to undo"), 0)
                    : exec.run(attempt, undo, directory, readable);
        }
        return switch (attempt.step().work()) {
            case Work.Exec(var command) -> exec.run(attempt, command, directory, readable);
            case Work.Http request -> http.run(attempt, request);
            case Work.Agent(var agent, _) -> agent(attempt, agent);
        };
    }

    private Outcome agent(Attempt attempt, String agent)
            throws IOException, InterruptedException, StepRefusedException {
        var program = parts.agents().programs().get(agent);
        if (program == null) {
            throw StepRefusedException.configuration(
                    "step.agent", "this worker offers no agent %s".formatted(agent));
        }
        var input = parts.agents().inputs().apply(attempt.leased().lease());
        var directory = attempt.folder().work();
        Files.writeString(directory.resolve(AgentPrograms.INPUT), input.toString());
        return exec.run(attempt, AgentPrograms.command(program), directory, List.of(program));
    }

    /** A step's own attempt, or a command that mends it in a scratch checkout. */
    private static boolean leavesResult(TaskKind kind) {
        return kind == TaskKind.STEP || kind == TaskKind.MEND;
    }

    private TaskResult result(
            Attempt attempt, Outcome outcome, @Nullable Checkout checkout, long start)
            throws InterruptedException {
        if (attempt.task().kind() == TaskKind.RECONCILE) {
            return reconciled(attempt, outcome, usage(start, checkout, outcome.costNanoUsd()));
        }
        return switch (outcome) {
            case Outcome.Passed passed -> passed(attempt, passed, checkout, start);
            case Outcome.Broken broken -> {
                var failure = parts.classifier().classify(broken.evidence());
                var declared = attempt.step().failureClass();
                var evidence =
                        broken.said().length == 0
                                ? null
                                : parts.blobs().put(attempt.leased(), broken.said());
                yield new TaskResult.Failed(
                        declared == null ? failure : failure.as(declared),
                        evidence,
                        usage(start, checkout, broken.costNanoUsd()),
                        artifactsOfFailure(attempt, checkout));
            }
        };
    }

    /** What the step's own command says of an attempt that was cut short. */
    private TaskResult reconciled(Attempt attempt, Outcome outcome, Usage usage) {
        return switch (outcome) {
            case Outcome.Passed _ -> {
                var said = new ReceiptFile(attempt, attempt.references().redactor()).text();
                var receipt = said.isEmpty() ? null : said;
                yield new TaskResult.Reconciled(Verdict.HAPPENED, receipt, null, usage);
            }
            case Outcome.Broken(Evidence.ProcessExit(int code, boolean late, _), _, _)
                    when code == Verdict.EXIT_DID_NOT_HAPPEN && !late ->
                    new TaskResult.Reconciled(Verdict.DID_NOT_HAPPEN, null, null, usage);
            case Outcome.Broken broken -> {
                var why = parts.classifier().classify(broken.evidence()).message();
                yield new TaskResult.Reconciled(Verdict.UNKNOWN, null, why, usage);
            }
        };
    }

    private TaskResult passed(
            Attempt attempt, Outcome.Passed passed, @Nullable Checkout checkout, long start)
            throws InterruptedException {
        String commit = null;
        if (checkout != null && leavesResult(attempt.task().kind())) {
            try {
                commit = checkout.capture(attempt.references().redactor());
            } catch (WorkspaceException e) { // the work was done, and cost what it cost
                if (attempt.takesEffectOnce()) {
                    attempt.context().receipt("its work ended well");
                }
                return failed(e.failure(), null, usage(start, checkout, passed.costNanoUsd()));
            }
        }
        var output =
                passed.output() == null
                        ? null
                        : parts.blobs().put(attempt.leased(), passed.output());
        String artifacts;
        try {
            artifacts = artifacts(attempt, checkout);
        } catch (StepRefusedException e) { // as above
            return failed(e.failure(), null, usage(start, checkout, passed.costNanoUsd()));
        }
        return new TaskResult.Done(
                commit,
                output,
                passed.remarks(),
                usage(start, checkout, passed.costNanoUsd()),
                artifacts);
    }

    /** Content hash of the artifacts; null when the step names none or left none. */
    private @Nullable String artifacts(Attempt attempt, @Nullable Checkout checkout)
            throws StepRefusedException {
        if (attempt.step().artifacts().isEmpty()
                || attempt.task().kind() != TaskKind.STEP
                || attempt.step().work() instanceof Work.Http) {
            return null;
        }
        var folder = checkout == null ? attempt.folder().work() : checkout.path();
        var capture =
                new ArtifactCapture(
                        folder, attempt.step().artifacts(), attempt.references().redactor());
        try {
            var taken = capture.take(bytes -> parts.blobs().put(attempt.leased(), bytes));
            return taken.files().isEmpty()
                    ? null
                    : parts.blobs().put(attempt.leased(), taken.bytes());
        } catch (IOException e) {
            throw StepRefusedException.output("the step's artifacts cannot be read: " + e);
        }
    }

    /** What failed has failed for its own reason: artifacts that cannot be taken add nothing. */
    private @Nullable String artifactsOfFailure(Attempt attempt, @Nullable Checkout checkout) {
        try {
            return artifacts(attempt, checkout);
        } catch (StepRefusedException e) {
            log.info("{}: {}", attempt.task().key(), e.getMessage());
            return null;
        }
    }

    private static TaskResult failed(Failure failure, @Nullable String evidence, Usage usage) {
        return new TaskResult.Failed(failure, evidence, usage);
    }

    private Usage usage(long start, @Nullable Checkout checkout, long costNanoUsd) {
        var nanos = parts.nanoTime().getAsLong() - start;
        return new Usage(
                TimeUnit.NANOSECONDS.toMillis(nanos),
                checkout == null ? 0 : checkout.checkoutMillis(),
                costNanoUsd);
    }

    private static void delete(@Nullable AttemptFolder folder) {
        if (folder != null) {
            try {
                folder.delete();
            } catch (IOException e) {
                log.warn("cannot delete {}: {}", folder.path(), e.toString());
            }
        }
    }
}
