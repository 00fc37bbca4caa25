package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Imports a name that a file uses, where it is known without doubt where the name comes from.
 *
 * @param language decides how imports look and where they go
 * @param file the file
 * @param symbol the name; for C the header
 */
record AddImport(Language language, Template file, Template symbol) implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, symbol);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        String name = symbol.fill(found);
        draft.resolve(file.fill(found))
                .ifPresent(path ->
                        draft.text(path).ifPresent(text -> language.add(name, path, text, draft)));
    }

    /** Languages whose imports are known. */
    enum Language {
        JAVA,
        PYTHON,
        NODE,
        GO,
        C;

        void add(String name, String path, String text, Draft draft) {
            var source = new ImportBlock(path, new Lines(text), draft);
            switch (this) {
                case JAVA -> source.java(name);
                case PYTHON -> source.python(name);
                case NODE -> source.node(name);
                case GO -> source.go(name);
                case C -> source.c(name);
            }
        }
    }
}
