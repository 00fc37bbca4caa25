package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The place of a source file where imports stand. */
final class ImportBlock {
    private static final Symbols JAVA = Symbols.of("java");
    private static final Symbols PYTHON = Symbols.of("python");
    private static final Symbols NODE = Symbols.of("node");
    private static final Symbols GO = Symbols.of("go");

    private static final Pattern JAVA_PACKAGE =
            Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
    private static final Pattern MODULE_SYNTAX =
            Pattern.compile("(?m)^\\s*(?:import\\s+[^(]|export\\s)");

    private final String path;
    private final Lines lines;
    private final Draft draft;

    ImportBlock(String path, Lines lines, Draft draft) {
        this.path = path;
        this.lines = lines;
        this.draft = draft;
    }

    void java(String name) {
        if (has(Pattern.compile("^import\\s+[\\w.]+\\." + Pattern.quote(name) + "\\s*;.*"))) {
            return;
        }
        JAVA.home(name).or(() -> ownPackage(name)).ifPresent(home -> addJava(home, name));
    }

    private void addJava(String home, String name) {
        String statement = "import " + home + "." + name + ";";
        if (has(Pattern.compile("^import\\s+" + Pattern.quote(home) + "\\.\\*\\s*;.*"))) {
            return;
        }
        int last = 0;
        for (int i = 1; i <= lines.count(); i++) {
            String line = lines.get(i);
            if (line.startsWith("import ") && !line.startsWith("import static ")) {
                if (line.compareTo(statement) > 0) {
                    insert(i, statement);
                    return;
                }
                last = i;
            }
        }
        int header = last(line -> line.startsWith("import ") || line.startsWith("package "));
        if (last > 0) {
            insert(last + 1, statement);
        } else if (header > 0) {
            lines.insert(header + 1, "");
            insert(header + 2, statement);
        } else {
            insert(1, statement);
        }
    }

    /** The package of the only file of the workspace that is named after the class. */
    private Optional<String> ownPackage(String name) {
        List<String> files =
                draft.list().stream()
                        .filter(file -> file.endsWith("/" + name + ".java"))
                        .limit(2)
                        .toList();
        if (files.size() != 1) {
            return Optional.empty();
        }
        return draft.text(files.getFirst())
                .map(JAVA_PACKAGE::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1));
    }

    void python(String name) {
        PYTHON.home(name)
                .map(home ->
                        home.equals("-") ? "import " + name : "from " + home + " import " + name)
                .filter(statement -> !has(Pattern.compile(Pattern.quote(statement) + "\\b.*")))
                .ifPresent(statement -> insert(afterPythonHeader(), statement));
    }

    /** Past shebang, comments, docstring and imports from the future. */
    private int afterPythonHeader() {
        int future = last(line -> line.startsWith("from __future__"));
        if (future > 0) {
            return future + 1;
        }
        int at = 1;
        while (lines.has(at) && (lines.get(at).isBlank() || lines.get(at).startsWith("#"))) {
            at++;
        }
        String first = lines.has(at) ? lines.get(at) : "";
        for (String quote : List.of("\"\"\"", "'''")) {
            if (first.startsWith(quote)) {
                boolean oneLine = first.indexOf(quote, quote.length()) > 0;
                while (!oneLine && lines.has(at + 1) && !lines.get(at + 1).contains(quote)) {
                    at++;
                }
                return oneLine ? at + 1 : at + 2;
            }
        }
        return at;
    }

    void node(String name) {
        boolean module =
                path.endsWith(".mjs")
                        || path.endsWith(".ts")
                        || !path.endsWith(".cjs") && MODULE_SYNTAX.matcher(lines.toString()).find();
        NODE.home(name)
                .map(_ ->
                        module
                                ? "import * as %s from 'node:%s';".formatted(name, name)
                                : "const %s = require('node:%s');".formatted(name, name))
                .filter(statement -> !has(Pattern.compile(Pattern.quote(statement))))
                .ifPresent(statement -> {
                    int at = 1;
                    while (lines.has(at)
                            && (lines.get(at).startsWith("#!")
                                    || lines.get(at).matches("['\"]use strict['\"];?"))) {
                        at++;
                    }
                    insert(at, statement);
                });
    }

    void go(String name) {
        Optional<String> home = GO.home(name).map(h -> h.equals("-") ? name : h);
        if (home.isEmpty() || has(Pattern.compile("\\s*(?:import )?\"" + home.get() + "\""))) {
            return;
        }
        int block = last(line -> line.matches("import\\s*\\(\\s*"));
        if (block > 0) {
            int at = block + 1;
            String statement = "\t\"" + home.get() + "\"";
            while (lines.has(at)
                    && lines.get(at).startsWith("\t\"")
                    && lines.get(at).compareTo(statement) < 0) {
                at++;
            }
            insert(at, statement);
            return;
        }
        int single = last(line -> line.startsWith("import "));
        int header = single > 0 ? single : last(line -> line.startsWith("package "));
        if (single == 0) {
            lines.insert(++header, "");
        }
        insert(header + 1, "import \"" + home.get() + "\"");
    }

    void c(String header) {
        String statement = "#include <" + header + ">";
        if (!has(Pattern.compile("\\s*#\\s*include\\s*<" + Pattern.quote(header) + ">.*"))) {
            insert(last(line -> line.matches("\\s*#\\s*include\\s*[<\"].*")) + 1, statement);
        }
    }

    private boolean has(Pattern whole) {
        return last(line -> whole.matcher(line).matches()) > 0;
    }

    /** Number of the last line of this kind; 0 when there is none. */
    private int last(Predicate<String> kind) {
        for (int i = lines.count(); i > 0; i--) {
            if (kind.test(lines.get(i))) {
                return i;
            }
        }
        return 0;
    }

    private void insert(int line, String statement) {
        lines.insert(line, statement);
        draft.write(path, lines.toString());
    }
}
