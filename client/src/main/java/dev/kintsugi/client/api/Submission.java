package dev.kintsugi.client.api;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.json.Json;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
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
 * @param inputs values for the plan's inputs by name, as texts
 * @param parent the run that it is started from; null for none
 */
public record Submission(
        String plan,
        @Nullable String directory,
        @Nullable Ladder ladder,
        @Nullable String idempotencyKey,
        SortedMap<String, String> inputs,
        @Nullable String parent) {
    /** The media type of a plan together with values for its inputs. */
    public static final String WITH_INPUTS = "application/vnd.kintsugi.submission+json";

    public Submission {
        inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    }

    /** The plan under the server's settings. */
    public static Submission of(String plan) {
        return new Submission(plan, null, null, null, Collections.emptySortedMap(), null);
    }

    /** The same, with relative repository paths starting from this absolute folder. */
    public Submission from(String folder) {
        return new Submission(plan, folder, ladder, idempotencyKey, inputs, parent);
    }

    /** The same, with these phases of repair at most. */
    public Submission onLadder(Ladder most) {
        return new Submission(plan, directory, most, idempotencyKey, inputs, parent);
    }

    /** The same under this key, of 1 to 200 characters: submitted twice, it is one run. */
    public Submission once(String key) {
        return new Submission(plan, directory, ladder, key, inputs, parent);
    }

    /** The same with these values for the plan's inputs. */
    public Submission given(SortedMap<String, String> values) {
        return new Submission(plan, directory, ladder, idempotencyKey, values, parent);
    }

    /** The same as a child of that run, which {@code cancel} with children takes along. */
    public Submission startedFrom(@Nullable String run) {
        return new Submission(plan, directory, ladder, idempotencyKey, inputs, run);
    }

    String body() {
        return inputs.isEmpty()
                ? plan
                : Json.mapper().writeValueAsString(Map.of("plan", plan, "inputs", inputs));
    }

    String contentType() {
        if (!inputs.isEmpty()) {
            return WITH_INPUTS;
        }
        return plan.stripLeading().startsWith("{") ? "application/json" : "application/yaml";
    }
}
