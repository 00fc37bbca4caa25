package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.util.List;

/**
 * Where patches come from. What it proposes is judged by the gate afterwards, never trusted. Safe
 * for many threads.
 */
public interface PatchSource {
    /** Most proposals taken from one source for one failure. */
    int MAX_PROPOSALS = 20;

    /** Which of the sources it is; cheaper ones are asked first. */
    Patch.Source source();

    /**
     * Proposes patches, the most promising first, but commands after everything else; none when it
     * knows none. It only proposes: it runs nothing.
     */
    List<Proposal> propose(MendRequest request);
}
