package dev.kintsugi.server.repair.catalogue;

import java.util.Map;
import java.util.Optional;

/** Lines that tools name. */
final class Places {
    private Places() {}

    /** The line, when the file is there and long enough. */
    static Optional<Place> at(
            Template file, Template line, Map<String, String> found, Draft draft) {
        int number = number(line.fill(found));
        return draft.resolve(file.fill(found))
                .flatMap(path ->
                        draft.text(path)
                                .map(text -> new Place(draft, path, new Lines(text), number)))
                .filter(place -> place.lines().has(number));
    }

    /** A number of at most 7 digits; -1 when it is none. */
    static int number(String text) {
        return text.matches("\\d{1,7}") ? Integer.parseInt(text) : -1;
    }

    /** A line of a file that can be changed. */
    record Place(Draft draft, String path, Lines lines, int line) {
        String text() {
            return lines.get(line);
        }

        void replace(String text) {
            lines.set(line, text);
            draft.write(path, lines.toString());
        }

        void delete() {
            lines.delete(line);
            draft.write(path, lines.toString());
        }

        void insertBefore(String text) {
            lines.insert(line, text);
            draft.write(path, lines.toString());
        }
    }
}
