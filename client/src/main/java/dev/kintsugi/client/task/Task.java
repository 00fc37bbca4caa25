package dev.kintsugi.client.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Plan.Workspace;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.healing.Failure;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work, complete in itself.
 *
 * @param key {@code run:step:attempt}, with the kind before it for kinds other than STEP; unique in
 *     the queue
 * @param run the run's id
 * @param tenant whose run it is
 * @param step the step's id; empty for PREPARE and DELIVER
 * @param attempt 1 for the first
 * @param effectKey {@code run:step:generation}: what the step sees as {@code
 *     KINTSUGI_IDEMPOTENCY_KEY}; with {@code :undo} or {@code :mend} behind it for what is not the
 *     step's own effect
 * @param kind what it is for
 * @param definition the step as it is to be done, patches of the step applied; null for PREPARE and
 *     DELIVER
 * @param input what its checkout is made of; null when the plan has no workspace
 * @param network what its processes may reach
 * @param outputs content hashes of earlier steps' outputs by step id
 * @param mend what MEND needs; null for other kinds
 * @param workspace what PREPARE brings in; null for other kinds
 * @param delivery what DELIVER hands over; null for other kinds
 * @param inputs what the run was given, as JSON texts by name
 * @param origin what PREPARE takes over from an earlier run; null for nothing, and for other kinds
 */
public record Task(
        String key,
        String run,
        String tenant,
        String step,
        int attempt,
        String effectKey,
        TaskKind kind,
        @Nullable Step definition,
        @Nullable TaskInput input,
        Gate.Network network,
        SortedMap<String, String> outputs,
        @Nullable Mend mend,
        @Nullable Workspace workspace,
        @Nullable Delivery delivery,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, String> inputs,
        @Nullable Origin origin) {
    /** The same of a run that was given nothing. */
    public Task(
            String key,
            String run,
            String tenant,
            String step,
            int attempt,
            String effectKey,
            TaskKind kind,
            @Nullable Step definition,
            @Nullable TaskInput input,
            Gate.Network network,
            SortedMap<String, String> outputs,
            @Nullable Mend mend,
            @Nullable Workspace workspace,
            @Nullable Delivery delivery) {
        this(
                key,
                run,
                tenant,
                step,
                attempt,
                effectKey,
                kind,
                definition,
                input,
                network,
                outputs,
                mend,
                workspace,
                delivery,
                Collections.emptySortedMap(),
                null);
    }

    /**
     * What a run's repository begins with instead of its source.
     *
     * @param run whose repository it is in
     * @param base the commit to begin with
     * @param commits all others that are needed
     */
    public record Origin(String run, String base, List<String> commits) {
        public Origin {
            commits = List.copyOf(commits);
        }
    }

    /** The agent that is to do it; null when any worker can. */
    public @Nullable String agent() {
        return definition != null
                        && definition.work() instanceof Work.Agent(var agent, _)
                        && (kind == TaskKind.STEP || kind == TaskKind.RECHECK)
                ? agent
                : null;
    }

    public Task {
        outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
        inputs =
                inputs == null || inputs.isEmpty()
                        ? Collections.emptySortedMap()
                        : Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    }

    /**
     * A failure to find a patch for.
     *
     * @param failure what happened
     * @param evidence content hash of the end of the failed attempt's output; null when there was
     *     none
     * @param gate what the patch may touch
     * @param exclude ids of patches already tried
     */
    public record Mend(
            Failure failure, @Nullable String evidence, Gate gate, List<String> exclude) {
        public Mend {
            exclude = List.copyOf(exclude);
        }
    }

    /**
     * Work to hand over, in the order in which it was done.
     *
     * @param workspace where to
     * @param branch the branch to make
     * @param changes one per result or patch
     */
    public record Delivery(Plan.Workspace workspace, String branch, List<Change> changes) {
        public Delivery {
            changes = List.copyOf(changes);
        }

        /**
         * One change that becomes one commit, unless it is empty.
         *
         * @param commit the result's or patch's commit
         * @param message the commit message: run, step, source of the patch and its proof
         */
        public record Change(String commit, String message) {}
    }
}
