package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Deletes a file.
 *
 * @param file the file
 * @param expect what its whole content must match
 */
record DeleteFile(Template file, Template expect) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, expect);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        draft.resolve(file.fill(found))
                .filter(path ->
                        draft.text(path)
                                .filter(t -> expect.pattern(found).matcher(t).matches())
                                .isPresent())
                .ifPresent(draft::delete);
    }
}
