import dev.kintsugi.healing.Rule;
import dev.kintsugi.healing.RuleBook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Compiles the catalogue of classification rules from YAML to the plain lines that {@link RuleBook}
 * reads. Bad rules are all reported with file, rule and reason, and fail the build.
 *
 * <p>Usage: {@code CompileCatalogue FOLDER OUTPUT}.
 */
final class CompileCatalogue {

    private final List<String> lines = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    public static void main(String[] args) throws IOException {
        var compiler = new CompileCatalogue();
        try (var files = Files.list(Path.of(args[0]))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                compiler.compile(file);
            }
        }
        if (compiler.faults.isEmpty()) {
            compiler.checkWhole();
        }
        if (!compiler.faults.isEmpty()) {
            compiler.faults.forEach(System.err::println);
            System.exit(1);
        }
        Path output = Path.of(args[1]);
        Files.createDirectories(output.getParent());
        Files.write(output, compiler.lines);
    }

    private void compile(Path file) throws IOException {
        Object content;
        try {
            content = new Load(LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
        } catch (YamlEngineException e) {
            faults.add(file + ": " + e.getMessage());
            return;
        }
        if (!(content instanceof List<?> rules)) {
            faults.add(file + ": must be a list of rules");
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i) instanceof Map<?, ?> rule && rule.get("id") != null) {
                compile(file, rule);
            } else {
                faults.add(file + ": rule " + (i + 1) + " has no id");
            }
        }
    }

    private void compile(Path file, Map<?, ?> fields) {
        var rule = new ArrayList<String>();
        fields.forEach((key, value) -> {
            for (Object each : value instanceof List<?> many ? many : List.of(value)) {
                rule.add(key + " " + each);
            }
        });
        try {
            if (rule.stream().anyMatch(line -> line.indexOf('\n') >= 0)) {
                throw new IllegalArgumentException("a field has more than one line");
            }
            Rule.parse(rule);
        } catch (IllegalArgumentException e) {
            faults.add(file + ": " + fields.get("id") + ": " + e.getMessage());
        }
        lines.addAll(rule);
        lines.add("");
    }

    private void checkWhole() {
        try {
            RuleBook.read(lines);
        } catch (IllegalArgumentException e) {
            faults.add("catalogue: " + e.getMessage());
        }
    }
}
