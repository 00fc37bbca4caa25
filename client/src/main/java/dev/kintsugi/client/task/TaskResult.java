package dev.kintsugi.client.task;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kintsugi.healing.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a task ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "result")
public sealed interface TaskResult {

    /** What the attempt took. */
    Usage usage();

    /**
     * What an attempt took.
     *
     * @param durationMillis from lease to end, checkout included
     * @param checkoutMillis of that, for the checkout
     * @param costNanoUsd money the step reported
     */
    record Usage(long durationMillis, long checkoutMillis, long costNanoUsd) {
        public static final Usage NONE = new Usage(0, 0, 0);
    }

    /**
     * It worked.
     *
     * @param commit the result (for DELIVER: the branch's tip, for PREPARE: the base); null without
     *     workspace
     * @param output content hash of what the step wrote to {@code KINTSUGI_OUTPUT}; null when
     *     nothing
     * @param remarks what people should know, such as changes that were not committed and so are
     *     not seen
     * @param artifacts content hash of the {@link Artifacts} that it left; null when none
     */
    @JsonTypeName("done")
    record Done(
            @Nullable String commit,
            @Nullable String output,
            List<String> remarks,
            Usage usage,
            @Nullable String artifacts)
            implements TaskResult {
        public Done {
            remarks = List.copyOf(remarks);
        }

        /** The same of a task that left no artifacts. */
        public Done(
                @Nullable String commit,
                @Nullable String output,
                List<String> remarks,
                Usage usage) {
            this(commit, output, remarks, usage, null);
        }
    }

    /**
     * It did not work.
     *
     * @param evidence content hash of the end of its output, redacted; null when there is none
     * @param artifacts content hash of the {@link Artifacts} that it left; null when none
     */
    @JsonTypeName("failed")
    record Failed(
            Failure failure, @Nullable String evidence, Usage usage, @Nullable String artifacts)
            implements TaskResult {
        /** The same of a task that left no artifacts. */
        public Failed(Failure failure, @Nullable String evidence, Usage usage) {
            this(failure, evidence, usage, null);
        }
    }

    /**
     * RECONCILE came to an answer.
     *
     * @param receipt what the outside system knows the effect by; null when nobody said
     * @param reason why it cannot be told; null when it can
     */
    @JsonTypeName("reconciled")
    record Reconciled(
            Verdict verdict, @Nullable String receipt, @Nullable String reason, Usage usage)
            implements TaskResult {}

    /** Whether a {@code once} step took effect. */
    enum Verdict {
        HAPPENED,
        DID_NOT_HAPPEN,
        UNKNOWN;

        /**
         * Exit code of a {@code reconcile} command by which it says that the step did not happen:
         * none that shells and common tools end with when they just fail.
         */
        public static final int EXIT_DID_NOT_HAPPEN = 44;
    }

    /** MEND found a patch that passes the gate. */
    @JsonTypeName("patch_proposed")
    record PatchProposed(Patch patch, List<String> refused, Usage usage) implements TaskResult {
        public PatchProposed {
            refused = List.copyOf(refused);
        }
    }

    /**
     * MEND found none.
     *
     * @param refused one line for each patch that the gate refused
     */
    @JsonTypeName("patch_not_found")
    record PatchNotFound(List<String> refused, Usage usage) implements TaskResult {
        public PatchNotFound {
            refused = List.copyOf(refused);
        }
    }
}
