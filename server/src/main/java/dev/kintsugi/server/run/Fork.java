package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Ladder;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is to be done anew of an ended run.
 *
 * @param from the first step that is; null for what did not succeed
 * @param inputs values that differ from the run's
 * @param happened of steps that must not be done twice, whether they took effect where the run does
 *     not know
 * @param ladder null for the run's
 * @param key the client's idempotency key; null for none
 */
public record Fork(
        @Nullable String from,
        SortedMap<String, JsonNode> inputs,
        SortedMap<String, Boolean> happened,
        @Nullable Ladder ladder,
        @Nullable String key) {}
