package dev.kintsugi.server.repair.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text with {@code ${name}} where parts of the evidence go. */
record Template(String text) {
    private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z][A-Za-z0-9]*)}");

    List<String> names() {
        var names = new ArrayList<String>();
        NAME.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    /** The text with everything filled in; a name that was not found is empty. */
    String fill(Map<String, String> found) {
        return NAME.matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(found.getOrDefault(m.group(1), "")));
    }

    /** The text as a pattern; what is filled in stands for itself. */
    Pattern pattern(Map<String, String> found) {
        String regex =
                NAME.matcher(text)
                        .replaceAll(m ->
                                Matcher.quoteReplacement(
                                        Pattern.quote(found.getOrDefault(m.group(1), ""))));
        return Pattern.compile(regex, Pattern.MULTILINE);
    }
}
