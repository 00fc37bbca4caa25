package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.secret.SecretPatterns;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.workspace.gate.Gate;
import dev.kintsugi.server.workspace.gate.GatePolicy;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a patch for a failed step: asks the sources in order of cost, lets the gate judge every
 * proposal and commits the first that passes and was not tried before.
 */
public final class MendHandler implements TaskHandler {
    /** Most refusals reported. */
    static final int MAX_REFUSED = 50;

    private static final Logger LOG = LoggerFactory.getLogger(MendHandler.class);

    private final List<PatchSource> sources;
    private final PatchSink sink;
    private final Blobs blobs;
    private final Limits limits;
    private final InstantSource clock;

    /**
     * Puts a handler together.
     *
     * @param sources in any order; at most one of each kind makes sense
     * @param sink the failed attempt's input
     * @param blobs where evidence is found and diffs are kept
     * @param limits what the server allows
     */
    public MendHandler(
            List<PatchSource> sources,
            PatchSink sink,
            Blobs blobs,
            Limits limits,
            InstantSource clock) {
        this.sources = sources.stream().sorted(Comparator.comparing(PatchSource::source)).toList();
        this.sink = sink;
        this.blobs = blobs;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * What the server allows, whatever a plan says.
     *
     * @param allow globs of paths that patches may write
     * @param memoryBytes memory of the machine that steps run on
     */
    public record Limits(List<String> allow, long memoryBytes) {
        public Limits {
            allow = List.copyOf(allow);
        }
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        Task task = leased.task();
        Task.Mend mend = task.mend();
        Step step = task.definition();
        if (mend == null || step == null) {
            throw new IllegalArgumentException(
                    "task must be of kind MEND with mend and definition, was " + task.key());
        }
        Instant start = clock.instant();
        var refused = new ArrayList<String>();
        Optional<Patch> patch = Optional.empty();
        if (mend.failure().failureClass() == FailureClass.SECURITY) {
            refused.add("security: failures of class security are never patched");
        } else {
            String evidence =
                    mend.evidence() == null
                            ? ""
                            : blobs.get(task.tenant(), mend.evidence())
                                    .map(bytes -> new String(bytes, UTF_8))
                                    .orElse("");
            var request =
                    new MendRequest(
                            task,
                            step,
                            mend.failure(),
                            evidence,
                            sink.tree(task),
                            limits.memoryBytes());
            patch = new Search(request, mend, context, refused).first();
        }
        var usage = new Usage(Duration.between(start, clock.instant()).toMillis(), 0, 0);
        List<String> lines = refused.stream().limit(MAX_REFUSED).toList();
        return patch.<TaskResult>map(found -> new TaskResult.PatchProposed(found, lines, usage))
                .orElseGet(() -> new TaskResult.PatchNotFound(lines, usage));
    }

    /** The way through the sources for one task. */
    private final class Search {
        private final MendRequest request;
        private final Task.Mend mend;
        private final TaskContext context;
        private final List<String> refused;
        private final GatePolicy policy;

        Search(MendRequest request, Task.Mend mend, TaskContext context, List<String> refused) {
            this.request = request;
            this.mend = mend;
            this.context = context;
            this.refused = refused;
            this.policy =
                    new GatePolicy(
                            mend.gate(),
                            limits.allow(),
                            request.step(),
                            limits.memoryBytes(),
                            line -> SecretPatterns.find(line).isPresent());
        }

        Optional<Patch> first() throws InterruptedException {
            for (PatchSource source : sources) {
                for (Proposal proposal : proposals(source)) {
                    if (context.cancelled()) {
                        throw new InterruptedException("no longer wanted");
                    }
                    Optional<Patch> patch = admit(source.source(), proposal);
                    if (patch.isPresent()) {
                        return patch;
                    }
                }
            }
            return Optional.empty();
        }

        /** One source at fault must not hide the others. */
        private List<Proposal> proposals(PatchSource source) throws InterruptedException {
            try {
                return source.propose(request).stream().limit(PatchSource.MAX_PROPOSALS).toList();
            } catch (RuntimeException e) {
                LOG.warn("run {}: source {} failed", request.task().run(), source.source(), e);
                refused.add(name(source.source()) + ": failed; the server's log says why");
                return List.of();
            }
        }

        private Optional<Patch> admit(Patch.Source source, Proposal proposal) {
            Verdict verdict = Gate.judge(proposal.patch(), policy, request.tree());
            return switch (verdict) {
                case Verdict.Refused no -> {
                    refused.add("%s: %s: %s".formatted(name(source), proposal.title(), no.line()));
                    yield Optional.empty();
                }
                case Verdict.Passed(var patch) ->
                        tried(patch)
                                ? Optional.empty()
                                : Optional.of(patch(source, proposal.title(), patch));
            };
        }

        /** The same change from another source would fail again. */
        private boolean tried(NormalisedPatch patch) {
            String fingerprint = mend.failure().fingerprint();
            return Stream.of(Patch.Source.values())
                    .map(source -> PatchIds.of(fingerprint, source, patch))
                    .anyMatch(mend.exclude()::contains);
        }

        private Patch patch(Patch.Source source, String title, NormalisedPatch patch) {
            Task task = request.task();
            String id = PatchIds.of(mend.failure().fingerprint(), source, patch);
            return switch (patch) {
                case NormalisedPatch.StepFields(var env, var timeout) ->
                        new Patch.StepPatch(
                                id,
                                source,
                                title,
                                env,
                                timeout == null ? null : timeout.toMillis());
                case NormalisedPatch.Tree tree -> {
                    String message =
                            "%s\n\nRun %s, step %s, patch %s from %s."
                                    .formatted(title, task.run(), task.step(), id, name(source));
                    yield new Patch.TreePatch(
                            id,
                            source,
                            title,
                            sink.commit(task, tree, message),
                            blobs.put(task.tenant(), tree.diff().getBytes(UTF_8)),
                            tree.files(),
                            tree.lines());
                }
            };
        }

        private static String name(Patch.Source source) {
            return source.name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
