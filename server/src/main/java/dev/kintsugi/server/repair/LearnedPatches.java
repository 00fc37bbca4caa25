package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.time.Duration;
import java.util.List;

/** Patches that mended a failure before, by its fingerprint. Kept per tenant. */
public interface LearnedPatches {
    /** Most patches answered for one fingerprint. */
    int MAX_PER_FINGERPRINT = 5;

    /** Longest diff kept, in characters; a longer one is not remembered. */
    int MAX_DIFF = 256 * 1024;

    /**
     * How long a patch of the step, such as a larger heap, is proposed after it was learned. Then
     * the smallest change is looked for again, so that what grew once does not stay large for ever.
     */
    Duration GROWTH_KEPT = Duration.ofDays(30);

    /** A patch refused more often than this beyond its verifications is not proposed again. */
    int MAX_LEAD_OF_REFUSALS = 1;

    /**
     * Counts a verification: of the patch that is known under the patch's id, else under the id
     * that follows from the change.
     *
     * @param diff the unified diff of a tree patch; empty for a step patch
     */
    void remember(String tenant, String fingerprint, Patch patch, String diff);

    /** Counts a proof that failed; what was never verified is not kept. */
    void penalise(String tenant, String fingerprint, String patchId);

    /** Patches worth trying again, most often verified first. */
    List<Learned> find(String tenant, String fingerprint);

    /**
     * A patch that was verified.
     *
     * @param id what it is counted by; {@code patch} has the id under which it was first proposed
     * @param diff its unified diff; empty for a step patch
     */
    record Learned(String id, Patch patch, String diff, int verified, int refused) {}
}
