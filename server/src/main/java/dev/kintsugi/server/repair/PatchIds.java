package dev.kintsugi.server.repair;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Ids of patches: 16 hexadecimal digits of SHA-256 over fingerprint, source and content, so that
 * the same mend of the same failure is known again.
 */
final class PatchIds {
    private PatchIds() {}

    static String of(String fingerprint, Patch.Source source, NormalisedPatch patch) {
        return switch (patch) {
            case NormalisedPatch.Tree tree -> hash(fingerprint, source, tree.diff());
            case NormalisedPatch.StepFields(var env, var timeout) ->
                    hash(
                            fingerprint,
                            source,
                            step(env, timeout == null ? null : timeout.toMillis()));
        };
    }

    /** The id under which a verified patch is learned. */
    static String learned(String fingerprint, Patch patch, String diff) {
        return switch (patch) {
            case Patch.TreePatch _ -> hash(fingerprint, Patch.Source.LEARNED, diff);
            case Patch.StepPatch step ->
                    hash(fingerprint, Patch.Source.LEARNED, step(step.env(), step.timeoutMillis()));
        };
    }

    private static String step(SortedMap<String, String> env, @Nullable Long timeoutMillis) {
        return env + "\n" + timeoutMillis;
    }

    private static String hash(String fingerprint, Patch.Source source, String content) {
        return Sha256.brief(fingerprint + "\n" + source + "\n" + content);
    }
}
