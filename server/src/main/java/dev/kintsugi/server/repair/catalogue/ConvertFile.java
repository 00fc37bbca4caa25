package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Rewrites a file's white space or marks.
 *
 * @param file the file
 * @param to what it becomes
 */
record ConvertFile(Template file, Form to) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        draft.resolve(file.fill(found))
                .ifPresent(path -> draft.text(path).ifPresent(text -> convert(path, text, draft)));
    }

    private void convert(String path, String text, Draft draft) {
        String now =
                switch (to) {
                    case LF -> text.replace("\r\n", "\n");
                    case NO_BOM -> text.replaceFirst("^\uFEFF", "");
                    case RECIPE_TABS -> text.replaceAll("(?m)^(?: {8}| {4}| {2})(?=\\S)", "\t");
                    case INDENT_SPACES -> indentWithSpaces(text, 8);
                    case YAML_SPACES -> indentWithSpaces(text, 2);
                    case NO_TRAILING_SPACE -> text.replaceAll("(?m)[ \\t]+(?=\\r?$)", "");
                    case ONE_FINAL_NEWLINE -> text.replaceFirst("\\s*\\z", "\n");
                };
        if (!now.equals(text)) {
            draft.write(path, now);
        }
    }

    private static String indentWithSpaces(String text, int width) {
        var lines = new Lines(text);
        for (int i = 1; i <= lines.count(); i++) {
            String line = lines.get(i);
            String body = line.stripLeading();
            int column = 0;
            for (int at = 0; at < line.length() - body.length(); at++) {
                column += line.charAt(at) == '\t' ? width - column % width : 1;
            }
            lines.set(i, " ".repeat(column) + body);
        }
        return lines.toString();
    }

    /** What a file becomes. */
    enum Form {
        /** Line ends of Unix. */
        LF,
        /** Without a byte order mark. */
        NO_BOM,
        /** Lines that are indented by 2, 4 or 8 spaces begin with a tab, as make wants recipes. */
        RECIPE_TABS,
        /** Tabs of the indentation go to the next multiple of 8 columns, as Python counts them. */
        INDENT_SPACES,
        /** Tabs of the indentation go to the next multiple of 2 columns. */
        YAML_SPACES,
        NO_TRAILING_SPACE,
        ONE_FINAL_NEWLINE
    }
}
