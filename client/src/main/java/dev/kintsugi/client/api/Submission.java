package dev.kintsugi.client.api;

import dev.kintsugi.client.event.Ladder;
import org.jspecify.annotations.Nullable;

/**
 * A plan to run.
 *
 * @param plan its text, YAML or JSON
 * @param directory absolute folder that relative repository paths of the plan start from; null when
 *     it has none
 * @param ladder which phases of repair it may use; null for the server's setting
 * @param idempotencyKey sent again, the same key gives the same run; null to submit without one,
 *     and then a submission whose answer got lost is not repeated
 */
public record Submission(
        String plan,
        @Nullable String directory,
        @Nullable Ladder ladder,
        @Nullable String idempotencyKey) {

    String contentType() {
        return plan.stripLeading().startsWith("{") ? "application/json" : "application/yaml";
    }
}
