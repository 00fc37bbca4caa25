package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.secret.Redactor;
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
import dev.kintsugi.server.workspace.gate.ProposedPatch;
import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import dev.kintsugi.server.workspace.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final Place place;
    private final Blobs blobs;
    private final Limits limits;
    private final InstantSource clock;

    /**
     * Puts a handler together.
     *
     * @param sources in any order; at most one of each kind makes sense
     * @param place the failed attempt's input
     * @param blobs where evidence is found and diffs are kept
     * @param limits what the server allows
     */
    public MendHandler(
            List<PatchSource> sources,
            Place place,
            Blobs blobs,
            Limits limits,
            InstantSource clock) {
        this.sources = sources.stream().sorted(Comparator.comparing(PatchSource::source)).toList();
        this.place = place;
        this.blobs = blobs;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * The failed attempt's input.
     *
     * @param sink to read from and to commit on
     * @param scratch to run commands on
     */
    public record Place(PatchSink sink, ScratchRun scratch) {}

    /**
     * What the server allows, whatever a plan says.
     *
     * @param allow globs of paths that patches may write
     * @param memoryBytes memory of the machine that steps run on
     * @param secrets knows the values, by tenant, that no patch may hold
     */
    public record Limits(List<String> allow, long memoryBytes, Function<String, Redactor> secrets) {
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
        long cost = 0;
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
                            place.sink().tree(task),
                            limits.memoryBytes());
            var search = new Search(request, mend, context, refused);
            patch = search.first();
            cost = search.costNanoUsd;
        }
        var usage = new Usage(Duration.between(start, clock.instant()).toMillis(), 0, cost);
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
        private final Set<String> tried;
        private final GatePolicy policy;
        private long costNanoUsd;

        Search(MendRequest request, Task.Mend mend, TaskContext context, List<String> refused) {
            this.request = request;
            this.mend = mend;
            this.context = context;
            this.refused = refused;
            this.tried = new TreeSet<>(mend.exclude());
            this.policy =
                    new GatePolicy(
                            mend.gate(),
                            limits.allow(),
                            request.step(),
                            limits.memoryBytes(),
                            limits.secrets().apply(request.task().tenant()));
        }

        Optional<Patch> first() throws InterruptedException {
            for (PatchSource source : sources) {
                for (Proposal proposal : proposals(source)) {
                    if (context.cancelled() && costNanoUsd > 0) {
                        return Optional.empty(); // what it cost is still to be told
                    }
                    if (context.cancelled()) {
                        throw new InterruptedException("no longer wanted");
                    }
                    Optional<Patch> patch = patch(source.source(), proposal);
                    if (patch.isPresent()) {
                        return patch;
                    }
                }
            }
            return Optional.empty();
        }

        /** One source at fault must not hide the others. */
        private List<Proposal> proposals(PatchSource source) {
            try {
                return source.propose(request).stream().limit(PatchSource.MAX_PROPOSALS).toList();
            } catch (RuntimeException e) {
                LOG.warn("run {}: source {} failed", request.task().run(), source.source(), e);
                refused.add(name(source.source()) + ": failed; the server's log says why");
                return List.of();
            }
        }

        private Optional<Patch> patch(Patch.Source source, Proposal proposal)
                throws InterruptedException {
            return switch (proposal) {
                case Proposal.Change(var title, var change) ->
                        admit(change, new Origin(source, title, null));
                case Proposal.Known(var title, var change, var writer, var id) ->
                        admit(change, new Origin(writer, title, id));
                case Proposal.Command(var title, var command) ->
                        run(command, new Origin(source, title, null));
            };
        }

        private Optional<Patch> run(String command, Origin origin) throws InterruptedException {
            ScratchRun.Outcome outcome;
            try {
                outcome = place.scratch().run(request.task(), command);
            } catch (RuntimeException e) {
                LOG.warn("run {}: {} failed", request.task().run(), origin.title(), e);
                outcome = new ScratchRun.Nothing("failed; the server's log says why");
            }
            costNanoUsd += outcome.costNanoUsd();
            return switch (outcome) {
                case ScratchRun.Changed(var diff, _) -> admit(new DiffChange(diff, false), origin);
                case ScratchRun.Nothing(var why, _) -> {
                    refused.add(origin.line(why));
                    yield Optional.empty();
                }
            };
        }

        private Optional<Patch> admit(ProposedPatch change, Origin origin) {
            return switch (Gate.judge(change, policy, request.tree())) {
                case Verdict.Refused no -> {
                    refused.add(origin.line(no.line()));
                    yield Optional.empty();
                }
                case Verdict.Passed(var patch) ->
                        isTried(patch, origin.known())
                                ? Optional.empty()
                                : Optional.of(committed(patch, origin));
            };
        }

        /** The same change from another source would fail again, wherever it was learned. */
        private boolean isTried(NormalisedPatch patch, @Nullable String known) {
            String fingerprint = mend.failure().fingerprint();
            List<String> ids =
                    Stream.of(Patch.Source.values())
                            .map(source -> PatchIds.of(fingerprint, source, patch))
                            .toList();
            if (known != null && tried.contains(known)) {
                tried.addAll(ids);
            }
            return ids.stream().anyMatch(tried::contains);
        }

        private Patch committed(NormalisedPatch patch, Origin origin) {
            Task task = request.task();
            var source = origin.source();
            var title = origin.title();
            String known = origin.known();
            String id =
                    known == null
                            ? PatchIds.of(mend.failure().fingerprint(), source, patch)
                            : known;
            return switch (patch) {
                case NormalisedPatch.StepFields(var env, var timeout) ->
                        new Patch.StepPatch(
                                id,
                                source,
                                title,
                                env,
                                timeout == null ? null : timeout.toMillis(),
                                replaced(task.definition(), env));
                case NormalisedPatch.Tree tree -> {
                    String message =
                            "%s\n\nRun %s, step %s, patch %s from %s."
                                    .formatted(title, task.run(), task.step(), id, name(source));
                    yield new Patch.TreePatch(
                            id,
                            source,
                            title,
                            place.sink().commit(task, tree, message),
                            blobs.put(task.tenant(), tree.diff().getBytes(UTF_8)),
                            tree.files(),
                            tree.lines());
                }
            };
        }
    }

    /** What the step's own values were, so that people see the change. */
    private static Patch.StepPatch.@Nullable Replaced replaced(
            @Nullable Step step, SortedMap<String, String> env) {
        if (step == null) {
            return null;
        }
        var known = new TreeMap<>(step.env());
        known.keySet().retainAll(env.keySet());
        return new Patch.StepPatch.Replaced(known, step.timeout().toMillis());
    }

    private static String name(Patch.Source source) {
        return source.name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Where a change comes from.
     *
     * @param known the id under which it was learned; null when it is new
     */
    private record Origin(Patch.Source source, String title, @Nullable String known) {
        String line(String why) {
            return "%s: %s: %s".formatted(name(source), title, why);
        }
    }
}
