package dev.kintsugi.server.repair.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.healing.FailureCategory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the catalogue and refuses it whole when one entry is wrong, naming file and entry. A file
 * is a list of entries:
 *
 * <pre>{@code
 * - id: java-missing-semicolon            # letters, digits and dashes; unique
 *   title: Add the semicolon that javac misses
 *   categories: [validation]              # optional: which failures it is for
 *   rules: [javac-syntax]                 # optional: ids of classification rules
 *   evidence: ["(?<file>\\S+):(?<line>\\d+): error: ';' expected"]
 *   do: {delete-line: {file: "${file}", line: "${line}", expect: ".*"}}
 * }</pre>
 */
final class CatalogueReader {
    /** Files of the shipped catalogue; a resource folder cannot be listed in every packaging. */
    private static final List<String> FILES =
            List.of(
                    "java", "jvm", "node", "python", "shell", "native", "go", "text", "tools",
                    "step");

    private static final Set<String> KEYS =
            Set.of("id", "title", "categories", "rules", "evidence", "do");
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{2,59}");

    private final String file;
    private final Set<String> ids;

    private CatalogueReader(String file, Set<String> ids) {
        this.file = file;
        this.ids = ids;
    }

    static List<Entry> shipped() {
        var ids = new HashSet<String>();
        var entries = new ArrayList<Entry>();
        for (String name : FILES) {
            String resource = "/catalogue/patches/" + name + ".yaml";
            try (InputStream in = CatalogueReader.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new CatalogueException(resource, "there is no such file");
                }
                entries.addAll(
                        new CatalogueReader(resource, ids)
                                .entries(new String(in.readAllBytes(), UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(resource, e);
            }
        }
        return entries;
    }

    static List<Entry> read(String file, String yaml) {
        return new CatalogueReader(file, new HashSet<>()).entries(yaml);
    }

    private List<Entry> entries(String yaml) {
        Object parsed;
        try {
            parsed = new Load(LoadSettings.builder().setLabel(file).build()).loadFromString(yaml);
        } catch (YamlEngineException e) {
            throw new CatalogueException(file, "not YAML: " + e.getMessage(), e);
        }
        if (!(parsed instanceof List<?> list)) {
            throw new CatalogueException(file, "a list of entries is wanted");
        }
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < list.size(); i++) {
            String where = file + " entry " + (i + 1);
            if (!(list.get(i) instanceof Map<?, ?> map)) {
                throw new CatalogueException(where, "a mapping is wanted");
            }
            Object id = map.get("id");
            entries.add(entry(new Fields(id == null ? where : where + " (" + id + ")", map)));
        }
        return entries;
    }

    private Entry entry(Fields fields) {
        fields.allow(KEYS);
        String id = fields.text("id");
        if (!ID.matcher(id).matches() || !ids.add(id)) {
            throw fields.wrong("id must match " + ID + " and be unique");
        }
        List<FailureCategory> categories =
                fields.texts("categories").stream().map(name -> category(name, fields)).toList();
        List<String> rules = fields.texts("rules");
        List<Pattern> evidence =
                fields.texts("evidence").stream().map(regex -> pattern(regex, fields)).toList();
        if (categories.isEmpty() && rules.isEmpty() && evidence.isEmpty()) {
            throw fields.wrong("one of categories, rules, evidence must be given");
        }
        Operation operation = OperationReader.read(fields.map("do"));
        checkNames(operation, evidence, rules, fields);
        return new Entry(id, fields.text("title"), categories, rules, evidence, operation);
    }

    /** Every name used must be a group of every pattern; captures of rules are not known here. */
    private static void checkNames(
            Operation operation, List<Pattern> evidence, List<String> rules, Fields fields) {
        for (Template template : operation.templates()) {
            for (String name : template.names()) {
                boolean own =
                        operation instanceof InsertLine && InsertLine.OWN_NAMES.contains(name);
                boolean given =
                        !evidence.isEmpty()
                                && evidence.stream()
                                        .allMatch(p -> p.namedGroups().containsKey(name));
                if (!own && !given && rules.isEmpty()) {
                    throw fields.wrong("${" + name + "} is not a group of every pattern");
                }
            }
        }
    }

    private static FailureCategory category(String name, Fields fields) {
        try {
            return FailureCategory.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new CatalogueException(fields.where(), "no category: " + name, e);
        }
    }

    private static Pattern pattern(String regex, Fields fields) {
        try {
            return Pattern.compile(regex, Pattern.MULTILINE);
        } catch (PatternSyntaxException e) {
            throw new CatalogueException(fields.where(), "no pattern: " + e.getMessage(), e);
        }
    }
}
