package dev.kintsugi.server.repair.catalogue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Corrects the path of an import in JavaScript to the only file that differs from it in case or
 * extension.
 *
 * @param file the importing file
 * @param missing the path that was not found, absolute or relative to the importing file
 */
record CorrectModulePath(Template file, Template missing) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, missing);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        String wanted = missing.fill(found);
        draft.resolve(file.fill(found))
                .ifPresent(importer ->
                        target(importer, wanted, draft)
                                .ifPresent(to -> correct(importer, wanted, to, draft)));
    }

    private static Optional<String> target(String importer, String wanted, Draft draft) {
        String path =
                wanted.startsWith(".")
                        ? "/" + Path.of(importer).resolveSibling(wanted).normalize()
                        : wanted;
        List<String> like =
                draft.list().stream().filter(file -> means(path, file)).limit(2).toList();
        return like.size() == 1 ? Optional.of(like.getFirst()) : Optional.empty();
    }

    private static boolean means(String path, String file) {
        String lower = path.toLowerCase(Locale.ROOT);
        String name = "/" + file.toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        boolean script = name.matches(".*\\.(?:js|mjs|cjs|json|ts)");
        return script && (lower.endsWith(name) || lower.endsWith(name.substring(0, dot)));
    }

    private static void correct(String importer, String wanted, String to, Draft draft) {
        String name = wanted.substring(wanted.lastIndexOf('/') + 1);
        Path folder = Path.of("/" + importer).getParent();
        String relative =
                (folder == null ? Path.of("/") : folder).relativize(Path.of("/" + to)).toString();
        String spelled = relative.startsWith(".") ? relative : "./" + relative;
        Pattern literal =
                Pattern.compile("(['\"])\\.{1,2}/(?:[^'\"\\s]*/)?" + Pattern.quote(name) + "\\1");
        draft.text(importer)
                .ifPresent(text -> {
                    String now =
                            literal.matcher(text)
                                    .replaceAll("$1" + Matcher.quoteReplacement(spelled) + "$1");
                    if (!now.equals(text)) {
                        draft.write(importer, now);
                    }
                });
    }
}
