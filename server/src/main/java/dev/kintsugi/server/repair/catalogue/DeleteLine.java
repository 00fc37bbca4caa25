package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Deletes a line.
 *
 * @param file the file
 * @param line its number
 * @param expect what the whole line must match
 */
record DeleteLine(Template file, Template line, Template expect) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, line, expect);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Places.at(file, line, found, draft)
                .filter(place -> expect.pattern(found).matcher(place.text()).matches())
                .ifPresent(Places.Place::delete);
    }
}
