package dev.kintsugi.server.repair;

import dev.kintsugi.server.workspace.gate.ProposedPatch;

/**
 * A patch that a source proposes.
 *
 * @param title one line for people: what it changes
 * @param patch the change
 */
public record Proposal(String title, ProposedPatch patch) {}
