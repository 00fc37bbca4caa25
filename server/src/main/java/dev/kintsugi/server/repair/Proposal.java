package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.workspace.gate.ProposedPatch;

/** A patch that a source proposes. */
public sealed interface Proposal {

    /** One line for people: what it changes. */
    String title();

    /** A change that is known. */
    record Change(String title, ProposedPatch patch) implements Proposal {}

    /**
     * A change that mended the same failure before.
     *
     * @param source who wrote it: {@link Patch.Source#MODEL} or else {@link Patch.Source#LEARNED}
     * @param id the id under which it is counted, wherever its lines stand now
     */
    record Known(String title, ProposedPatch patch, Patch.Source source, String id)
            implements Proposal {}

    /**
     * Whatever a command changes in a scratch checkout. It is run only when no proposal before it
     * was taken.
     *
     * @param command the line for {@code sh}; it never holds parts of the evidence
     */
    record Command(String title, String command) implements Proposal {}
}
