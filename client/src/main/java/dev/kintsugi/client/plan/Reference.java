package dev.kintsugi.client.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a {@code ${…}} in a plan's text stands for. Shell variables are no references. */
public sealed interface Reference {

    /** {@code ${secrets.NAME}}: resolved by the worker just before the process starts. */
    record Secret(String name) implements Reference {}

    /**
     * {@code ${steps.ID.output.KEY}}: part of what an earlier step wrote to {@code
     * KINTSUGI_OUTPUT}.
     *
     * @param step the step's id
     * @param key names of nested fields, joined by dots
     */
    record Output(String step, String key) implements Reference {}

    /**
     * A reference and where in the text it stands.
     *
     * @param start index of its {@code $}
     * @param end index after its closing brace
     * @param reference empty where the text is no valid reference
     */
    record Found(int start, int end, List<Reference> reference) {
        public Found {
            reference = List.copyOf(reference);
        }
    }

    /** Everything in the text that begins like a reference, in order. */
    static List<Found> in(String text) {
        if (!text.contains("${s")) {
            return List.of();
        }
        var found = new ArrayList<Found>();
        var matcher = Grammar.START.matcher(text);
        for (int from = 0; matcher.find(from); from = found.getLast().end()) {
            int close = text.indexOf('}', matcher.end());
            int end = close < 0 ? text.length() : close + 1;
            var reference =
                    close < 0
                            ? Optional.<Reference>empty()
                            : Grammar.parse(text.substring(matcher.start() + 2, close));
            found.add(new Found(matcher.start(), end, reference.stream().toList()));
        }
        return found;
    }

    /** How references are written. */
    final class Grammar {
        private static final Pattern START = Pattern.compile("\\$\\{(?:secrets|steps)\\.");
        private static final Pattern SECRET =
                Pattern.compile("secrets\\.([A-Za-z_][A-Za-z0-9_]{0,127})");
        private static final Pattern OUTPUT =
                Pattern.compile(
                        "steps\\.([A-Za-z0-9][A-Za-z0-9._-]{0,63}?)\\.output\\.([A-Za-z0-9_.-]{1,200})");

        private Grammar() {}

        private static Optional<Reference> parse(String inner) {
            var secret = SECRET.matcher(inner);
            if (secret.matches()) {
                return Optional.of(new Secret(secret.group(1)));
            }
            var output = OUTPUT.matcher(inner);
            return output.matches()
                    ? Optional.of(new Output(output.group(1), output.group(2)))
                    : Optional.empty();
        }
    }
}
