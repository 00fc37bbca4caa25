package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents say is so. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final String SERVER = "dev.kintsugi.server.";
    private static final Pattern DRAWN = Pattern.compile("(?m)^(\\w+) +→(.*)$");
    private static final Pattern VARIABLE =
            Pattern.compile("\\b(?:FEATURE_META_V4|META_V4|KINTSUGI)_[A-Z0-9_]*[A-Z0-9]\\b");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)[^)]*\\)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {2}([a-z]+) {2,}");

    @Test
    void drawsTheRoomsAsTheyAre() throws IOException {
        var drawn = new TreeMap<String, SortedSet<String>>();
        var lines = DRAWN.matcher(read("ARCHITECTURE.md"));
        while (lines.find()) {
            var used = lines.group(2).isBlank() ? "" : lines.group(2).strip();
            drawn.put(
                    lines.group(1),
                    used.isEmpty()
                            ? new TreeSet<>()
                            : new TreeSet<>(Arrays.asList(used.split(" +"))));
        }

        assertThat(drawn).isEqualTo(rooms());
    }

    private static SortedMap<String, SortedSet<String>> rooms() {
        var rooms = new TreeMap<String, SortedSet<String>>();
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.kintsugi.server")
                .forEach(type -> {
                    var used = rooms.computeIfAbsent(room(type), _ -> new TreeSet<>());
                    type.getDirectDependenciesFromSelf().stream()
                            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                            .filter(target -> target.getPackageName().startsWith(SERVER))
                            .map(DocumentsTest::room)
                            .filter(Predicate.not(room(type)::equals))
                            .forEach(used::add);
                });
        return rooms;
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(SERVER.length()).split("\\.")[0];
    }

    @Test
    void namesTheVariablesThatTheProgramsRead() throws IOException {
        var read = new TreeSet<String>();
        for (var module : new String[] {"server", "cli", "client"}) {
            try (var files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
                for (var file : files.filter(DocumentsTest::isProgram).toList()) {
                    read.addAll(variables(Files.readString(file)));
                }
            }
        }
        read.addAll(variables(Files.readString(ROOT.resolve("kintsugi"))));
        read.removeIf(name -> name.startsWith("KINTSUGI_REF")); // of the server's own making

        assertThat(variables(read("docs/operations.md"))).isEqualTo(read);
    }

    private static boolean isProgram(Path file) {
        return file.toString().endsWith(".java") || file.toString().endsWith(".yaml");
    }

    private static SortedSet<String> variables(String text) {
        var names = new TreeSet<String>();
        VARIABLE.matcher(text).results().forEach(found -> names.add(found.group()));
        names.remove("KINTSUGI_SECRET"); // the beginning of KINTSUGI_SECRET_NAME
        return names;
    }

    @Test
    void showsAPlanThatIsGood() throws IOException {
        var readme = read("README.md");
        var begin = readme.indexOf("```yaml\n") + "```yaml\n".length();

        var plan = PlanReader.read(readme.substring(begin, readme.indexOf("```", begin)), "README");

        assertThat(plan).isInstanceOf(PlanReading.Accepted.class);
    }

    @Test
    void namesEveryCommand() throws IOException {
        var help = read("cli/src/main/resources/dev/kintsugi/cli/help.txt");
        var commands = COMMAND.matcher(help).results().map(found -> found.group(1)).toList();

        assertThat(commands).isNotEmpty();
        assertThat(read("README.md")).contains(commands.stream().map(name -> "`" + name).toList());
    }

    @Test
    void linksToFilesThatAreThere() throws IOException {
        var broken = new ArrayList<String>();
        try (var documents = Files.walk(ROOT.resolve("docs"))) {
            var all = new ArrayList<>(documents.filter(f -> f.toString().endsWith(".md")).toList());
            for (var name : new String[] {"README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"}) {
                all.add(ROOT.resolve(name + ".md"));
            }
            for (var document : all) {
                var links = LINK.matcher(Files.readString(document));
                while (links.find()) {
                    var target = links.group(1);
                    if (!target.contains("://") && !Files.exists(document.resolveSibling(target))) {
                        broken.add(document + ": " + target);
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    private static String read(String name) throws IOException {
        return Files.readString(ROOT.resolve(name));
    }
}
