package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces a dependency's range in package.json by the version that package-lock.json holds.
 *
 * @param name the dependency
 */
record PinToLock(Template name) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(name);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        String dependency = Pattern.quote(name.fill(found));
        Optional<String> manifest = draft.text("package.json");
        Optional<String> version =
                draft.text("package-lock.json").flatMap(l -> locked(l, dependency));
        if (manifest.isEmpty() || version.isEmpty()) {
            return;
        }
        Pattern range = Pattern.compile("(\"" + dependency + "\"\\s*:\\s*\")[^\"]*(\")");
        String now = range.matcher(manifest.get()).replaceAll("$1" + version.get() + "$2");
        if (!now.equals(manifest.get())) {
            draft.write("package.json", now);
        }
    }

    private static Optional<String> locked(String lock, String dependency) {
        Matcher entry =
                Pattern.compile(
                                "\"node_modules/"
                                        + dependency
                                        + "\"\\s*:\\s*\\{\\s*\"version\"\\s*:\\s*\"(\\d[\\w.+-]*)\"")
                        .matcher(lock);
        return entry.find() ? Optional.of(entry.group(1)) : Optional.empty();
    }
}
