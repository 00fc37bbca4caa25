package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/** Sets a file's executable bit. */
record SetExecutable(Template file) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        draft.resolve(file.fill(found)).ifPresent(draft::makeExecutable);
    }
}
