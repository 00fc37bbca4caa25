package dev.kintsugi.client.task;

import java.util.List;

/**
 * What a checkout is made of: the base, three-way merged with results and then patches, each in
 * listed order.
 *
 * @param base the run's base commit
 * @param results result commits of the steps it needs
 * @param patches commits of accepted patches, and of the one to be proven
 */
public record TaskInput(String base, List<String> results, List<String> patches) {
    public TaskInput {
        results = List.copyOf(results);
        patches = List.copyOf(patches);
    }
}
