package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Inserts text in a line, where a tool's caret points to.
 *
 * @param file the file
 * @param line its number
 * @param column the column, from 1; empty to count the characters of {@code pad}
 * @param pad what stands before the caret, as printed
 * @param shown the line as the tool printed it; empty when it does not
 * @param text what to insert
 */
record InsertText(
        Template file, Template line, Template column, Template pad, Template shown, Template text)
        implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, line, column, pad, shown, text);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Places.at(file, line, found, draft).ifPresent(place -> insert(place, found));
    }

    private void insert(Places.Place place, Map<String, String> found) {
        String current = place.text();
        String printed = shown.fill(found);
        String inserted = text.fill(found);
        int at =
                column.text().isEmpty()
                        ? pad.fill(found).length()
                        : Places.number(column.fill(found)) - 1;
        // some tools print the line without its indentation
        int stripped = current.length() - current.stripLeading().length();
        if (!printed.isEmpty() && !printed.equals(current)) {
            if (!printed.equals(current.strip())) {
                return;
            }
            at += stripped;
        }
        if (at < 0 || at > current.length() || current.startsWith(inserted, at)) {
            return;
        }
        place.replace(current.substring(0, at) + inserted + current.substring(at));
    }
}
