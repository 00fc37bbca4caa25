package dev.kintsugi.client.api;

import dev.kintsugi.client.event.Ladder;
import org.jspecify.annotations.Nullable;

/**
 * A plan to run.
 *
 * <pre>{@code
 * Submission.of(plan).from("/home/me/shop").once(UUID.randomUUID().toString())
 * }</pre>
 *
 * @param plan its text, YAML or JSON
 * @param directory absolute folder that relative repository paths of the plan start from; null when
 *     it has none
 * @param ladder which phases of repair it may use; null for the server's setting
 * @param idempotencyKey sent again, the same key gives the same run; null when it has none
 */
public record Submission(
        String plan,
        @Nullable String directory,
        @Nullable Ladder ladder,
        @Nullable String idempotencyKey) {

    /** The plan under the server's settings. */
    public static Submission of(String plan) {
        return new Submission(plan, null, null, null);
    }

    /** The same, with relative repository paths starting from this absolute folder. */
    public Submission from(String folder) {
        return new Submission(plan, folder, ladder, idempotencyKey);
    }

    /** The same, with these phases of repair at most. */
    public Submission onLadder(Ladder most) {
        return new Submission(plan, directory, most, idempotencyKey);
    }

    /** The same under this key, of 1 to 200 characters: submitted twice, it is one run. */
    public Submission once(String key) {
        return new Submission(plan, directory, ladder, key);
    }

    String contentType() {
        return plan.stripLeading().startsWith("{") ? "application/json" : "application/yaml";
    }
}
