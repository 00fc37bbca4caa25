package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Creates a file, and with it its folder, unless something is there.
 *
 * @param file a path relative to the workspace
 * @param content all of it
 */
record CreateFile(Template file, Template content) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, content);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        String path = file.fill(found).replaceFirst("^\\./", "");
        int slash = path.lastIndexOf('/');
        if (slash > 0 && draft.isMissing(path.substring(0, slash))) {
            draft.write(path, content.fill(found));
        }
    }
}
