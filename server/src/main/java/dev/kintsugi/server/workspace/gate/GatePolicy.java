package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.secret.Redactor;
import java.util.List;

/**
 * The limits one patch is judged by.
 *
 * @param plan the plan's gate
 * @param serverAllow globs of paths the server lets patches write; a path must be allowed by both
 * @param step the failing step as it was executed
 * @param memoryBytes memory of the machine that steps run on
 * @param secrets knows the values that the run's steps may be given; what looks like a secret is
 *     refused besides
 */
public record GatePolicy(
        Gate plan, List<String> serverAllow, Step step, long memoryBytes, Redactor secrets) {
    public GatePolicy {
        serverAllow = List.copyOf(serverAllow);
        if (memoryBytes <= 0) {
            throw new IllegalArgumentException("memoryBytes must be positive, was " + memoryBytes);
        }
    }
}
