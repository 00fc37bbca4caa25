package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Reference.Found;
import dev.kintsugi.client.plan.Reference.Output;
import dev.kintsugi.client.plan.Reference.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How references are written. */
final class ReferenceGrammar {
    private static final Pattern START = Pattern.compile("\\$\\{(?:inputs|secrets|steps)\\.");
    private static final Pattern SECRET =
            Pattern.compile("secrets\\.([A-Za-z_][A-Za-z0-9_]{0,127})");
    private static final Pattern INPUT = Pattern.compile("inputs\\.([A-Za-z_][A-Za-z0-9_]{0,63})");
    private static final Pattern OUTPUT =
            Pattern.compile(
                    "steps\\.([A-Za-z0-9][A-Za-z0-9._-]{0,63}?)\\.output\\.([A-Za-z0-9_.-]{1,200})");

    private ReferenceGrammar() {}

    static List<Found> find(String text) {
        var found = new ArrayList<Found>();
        var matcher = START.matcher(text);
        for (int from = 0; matcher.find(from); from = found.getLast().end()) {
            int close = text.indexOf('}', matcher.end());
            int end = close < 0 ? text.length() : close + 1;
            String inner = close < 0 ? "" : text.substring(matcher.start() + 2, close);
            found.add(new Found(matcher.start(), end, parse(inner)));
        }
        return found;
    }

    private static List<Reference> parse(String inner) {
        var secret = SECRET.matcher(inner);
        if (secret.matches()) {
            return List.of(new Secret(secret.group(1)));
        }
        var input = INPUT.matcher(inner);
        if (input.matches()) {
            return List.of(new Reference.Input(input.group(1)));
        }
        var output = OUTPUT.matcher(inner);
        return output.matches() ? List.of(new Output(output.group(1), output.group(2))) : List.of();
    }
}
