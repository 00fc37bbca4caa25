package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step;
import java.util.List;
import java.util.function.Predicate;

/**
 * The limits one patch is judged by.
 *
 * @param plan the plan's gate
 * @param serverAllow globs of paths the server lets patches write; a path must be allowed by both
 * @param step the failing step as it was executed
 * @param memoryBytes memory of the machine that steps run on
 * @param secret says whether a line of text holds something that looks like a secret
 */
public record GatePolicy(
        Gate plan,
        List<String> serverAllow,
        Step step,
        long memoryBytes,
        Predicate<String> secret) {
    public GatePolicy {
        serverAllow = List.copyOf(serverAllow);
        if (memoryBytes <= 0) {
            throw new IllegalArgumentException("memoryBytes must be positive, was " + memoryBytes);
        }
    }
}
