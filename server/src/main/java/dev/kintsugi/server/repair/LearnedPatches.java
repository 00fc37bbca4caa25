package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.util.List;

/** Patches that mended a failure before, by its fingerprint. Kept per tenant. */
public interface LearnedPatches {
    /** Most patches answered for one fingerprint. */
    int MAX_PER_FINGERPRINT = 5;

    /** Longest diff kept, in characters; a longer one is not remembered. */
    int MAX_DIFF = 256 * 1024;

    /** A patch refused more often than this beyond its verifications is not proposed again. */
    int MAX_LEAD_OF_REFUSALS = 1;

    /**
     * Counts a verification.
     *
     * @param diff the unified diff of a tree patch; empty for a step patch
     */
    void remember(String tenant, String fingerprint, Patch patch, String diff);

    /** Counts a proof that failed; what was never verified is not kept. */
    void penalise(String tenant, String fingerprint, String patchId);

    /** Drops a patch. */
    void forget(String tenant, String fingerprint, String patchId);

    /** Patches worth trying again, most often verified first. */
    List<Learned> find(String tenant, String fingerprint);

    /**
     * A patch that was verified.
     *
     * @param diff its unified diff; empty for a step patch
     */
    record Learned(Patch patch, String diff, int verified, int refused) {}
}
