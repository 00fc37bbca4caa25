package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.workspace.gate.ByteSize;
import dev.kintsugi.server.workspace.gate.Ceilings;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;

/** Reads the {@code do:} of an entry: one operation by its name. */
final class OperationReader {
    private OperationReader() {}

    static Operation read(Fields what) {
        if (what.map().size() != 1 || !(what.map().keySet().iterator().next() instanceof String)) {
            throw what.wrong("exactly one operation is wanted");
        }
        String name = (String) what.map().keySet().iterator().next();
        Fields with = what.map(name);
        try {
            return operation(name, with);
        } catch (PatternSyntaxException e) {
            throw new CatalogueException(with.where(), "no pattern: " + e.getMessage(), e);
        }
    }

    private static Operation operation(String name, Fields with) {
        return switch (name) {
            case "add-import" -> {
                with.allow(Set.of("language", "file", "symbol"));
                yield new AddImport(
                        choice(AddImport.Language.class, with, "language"),
                        template(with, "file"),
                        template(with, "symbol"));
            }
            case "insert-text" -> {
                with.allow(Set.of("file", "line", "column", "pad", "shown", "text"));
                if (with.map().containsKey("column") == with.map().containsKey("pad")) {
                    throw with.wrong("either column or pad is wanted");
                }
                yield new InsertText(
                        template(with, "file"),
                        template(with, "line"),
                        new Template(with.textOrEmpty("column")),
                        new Template(with.textOrEmpty("pad")),
                        new Template(with.textOrEmpty("shown")),
                        template(with, "text"));
            }
            case "insert-line" -> {
                with.allow(Set.of("file", "line", "text", "unless"));
                yield new InsertLine(
                        template(with, "file"),
                        template(with, "line"),
                        template(with, "text"),
                        pattern(with, "unless"));
            }
            case "delete-line" -> {
                with.allow(Set.of("file", "line", "expect"));
                yield new DeleteLine(
                        template(with, "file"), template(with, "line"), pattern(with, "expect"));
            }
            case "replace-in-line" -> {
                with.allow(Set.of("file", "line", "find", "with"));
                yield new ReplaceInLine(
                        template(with, "file"),
                        template(with, "line"),
                        pattern(with, "find"),
                        template(with, "with"));
            }
            case "replace-in-file" -> {
                with.allow(Set.of("file", "find", "with"));
                yield new ReplaceInFile(
                        template(with, "file"),
                        pattern(with, "find"),
                        new Template(with.textOrEmpty("with")));
            }
            case "convert-file" -> {
                with.allow(Set.of("file", "to"));
                yield new ConvertFile(
                        template(with, "file"), choice(ConvertFile.Form.class, with, "to"));
            }
            default -> otherFiles(name, with);
        };
    }

    private static Operation otherFiles(String name, Fields with) {
        return switch (name) {
            case "create-file" -> {
                with.allow(Set.of("file", "content"));
                yield new CreateFile(
                        template(with, "file"), new Template(with.textOrEmpty("content")));
            }
            case "delete-file" -> {
                with.allow(Set.of("file", "expect"));
                yield new DeleteFile(template(with, "file"), pattern(with, "expect"));
            }
            case "set-executable" -> {
                with.allow(Set.of("file"));
                yield new SetExecutable(template(with, "file"));
            }
            case "declare-exception" -> {
                with.allow(Set.of("file", "line", "exception"));
                yield new DeclareException(
                        template(with, "file"),
                        template(with, "line"),
                        template(with, "exception"));
            }
            case "rust-suggestion" -> {
                with.allow(Set.of("file", "shown"));
                yield new RustSuggestion(template(with, "file"), template(with, "shown"));
            }
            case "correct-module-path" -> {
                with.allow(Set.of("file", "missing"));
                yield new CorrectModulePath(template(with, "file"), template(with, "missing"));
            }
            case "pin-to-lock" -> {
                with.allow(Set.of("name"));
                yield new PinToLock(template(with, "name"));
            }
            case "run-command" -> {
                with.allow(Set.of("command"));
                yield new Operation.RunCommand(with.text("command"));
            }
            default -> onStep(name, with);
        };
    }

    private static Operation onStep(String name, Fields with) {
        return switch (name) {
            case "grow-timeout" -> {
                with.allow(Set.of());
                yield new GrowTimeout();
            }
            case "grow-memory" -> {
                with.allow(Set.of("variables", "option", "start"));
                List<String> variables = with.texts("variables");
                variables.forEach(variable -> checkVariable(variable, with));
                ByteSize start =
                        ByteSize.parse(with.text("start"))
                                .orElseThrow(() -> with.wrong("start must be a size"));
                yield new GrowMemory(variables, with.text("option"), start);
            }
            case "free-port" -> {
                with.allow(Set.of("variable"));
                checkVariable(with.text("variable"), with);
                yield new FreePort(with.text("variable"));
            }
            case "set-variables" -> {
                var env = with.variables();
                env.keySet().forEach(variable -> checkVariable(variable, with));
                yield new SetVariable(env);
            }
            default -> throw with.wrong("unknown operation \"" + name + "\"");
        };
    }

    private static void checkVariable(String variable, Fields with) {
        if (!Ceilings.env().containsKey(variable)) {
            throw with.wrong("the gate lets nobody set " + variable);
        }
    }

    private static Template template(Fields with, String key) {
        return new Template(with.text(key));
    }

    /** A template that is a regular expression whatever is filled in. */
    private static Template pattern(Fields with, String key) {
        var template = template(with, key);
        template.pattern(new TreeMap<>());
        return template;
    }

    private static <E extends Enum<E>> E choice(Class<E> type, Fields with, String key) {
        String name = with.text(key).toUpperCase(Locale.ROOT).replace('-', '_');
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new CatalogueException(with.where(), "no " + key + ": " + name, e);
        }
    }
}
