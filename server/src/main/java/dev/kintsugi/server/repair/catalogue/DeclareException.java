package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds a checked exception to the {@code throws} of the Java method around a line.
 *
 * @param file the file
 * @param line a line in the method's body
 * @param exception its simple name
 */
record DeclareException(Template file, Template line, Template exception)
        implements Operation.OnFiles {
    private static final Pattern METHOD =
            Pattern.compile(
                    "^\\s+(?!(?:if|for|while|switch|catch|try|else|do|synchronized|return|new)\\b)"
                            + "[\\w<>\\[\\],.?@ ]+\\([^;{}]*\\)(?<throws>\\s+throws\\s+[\\w., ]+?)?(?<end>\\s*\\{.*)$");

    @Override
    public List<Template> templates() {
        return List.of(file, line, exception);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Places.at(file, line, found, draft)
                .ifPresent(place -> declare(place, exception.fill(found), draft));
    }

    private static void declare(Places.Place place, String name, Draft draft) {
        for (int i = place.line(); i > 0; i--) {
            String text = place.lines().get(i);
            Matcher method = METHOD.matcher(text);
            if (method.matches()) {
                String declared = method.group("throws");
                if (declared != null && declared.matches(".*\\b" + Pattern.quote(name) + "\\b.*")) {
                    return;
                }
                String before = text.substring(0, method.start("end"));
                String word = declared == null ? " throws " : ", ";
                place.lines().set(i, before + word + name + method.group("end"));
                draft.write(place.path(), place.lines().toString());
                AddImport.Language.JAVA.add(name, place.path(), place.lines().toString(), draft);
                return;
            }
        }
    }
}
