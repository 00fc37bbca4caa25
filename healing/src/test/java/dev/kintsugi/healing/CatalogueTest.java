package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {

    @TempDir Path folder;

    private record Compiled(int exit, String said) {}

    @Test
    void refusesBadRulesWithFileRuleAndReason() throws Exception {
        Files.writeString(
                folder.resolve("a.yaml"),
                """
                - {id: good, match: x, category: API, class: INFRA}
                - {id: bad-regex, match: '(', category: API, class: INFRA}
                - {id: bad-class, match: x, category: API, class: STYLE}
                - {match: x}
                """);
        Files.writeString(folder.resolve("b.yaml"), "rules: [");

        Compiled compiled = compile();

        assertThat(compiled.exit()).isEqualTo(1);
        assertThat(compiled.said())
                .contains("a.yaml: bad-regex: match: Unclosed group")
                .contains("a.yaml: bad-class: class must be one of [LINT, TEST, INFRA, SECURITY")
                .contains("a.yaml: rule 4 has no id")
                .contains("b.yaml: ");
        assertThat(folder.resolve("rules.txt")).doesNotExist();
    }

    @Test
    void refusesTwoRulesOfOneName() throws Exception {
        String rule = "- {id: twin, match: x, category: API, class: INFRA}\n";
        Files.writeString(folder.resolve("a.yaml"), rule);
        Files.writeString(folder.resolve("b.yaml"), rule);

        assertThat(compile().said()).contains("two rules have the id twin");
    }

    @Test
    void compilesRulesToWhatTheLibraryReads() throws Exception {
        Files.writeString(
                folder.resolve("a.yaml"),
                "- {id: one, match: 'x (?<y>.)', exit: [1, 2], category: API, class: INFRA}\n");

        assertThat(compile().exit()).isZero();
        RuleBook book = RuleBook.read(Files.readAllLines(folder.resolve("rules.txt")));
        assertThat(book.rules().getFirst().exits()).containsExactly(1, 2);
        assertThat(book.rules().getFirst().captures()).containsExactly("y");
    }

    /** Prints what the README should say when it does not. */
    @Test
    void listsEveryRuleWithItsCapturesInTheReadme() throws IOException {
        var table = new ArrayList<String>();
        for (Rule rule : RuleBook.standard().rules()) {
            String captures = String.join(", ", rule.captures());
            table.add(
                    "| %s | %s | %s | %s | %s |"
                            .formatted(
                                    rule.id(),
                                    rule.category(),
                                    rule.failureClass(),
                                    rule.maybeTransient() ? "yes" : "",
                                    captures));
        }
        table.sort(null);

        List<String> readme = Files.readAllLines(Path.of("src/main/catalogue/README.md"));

        assertThat(readme.stream().filter(l -> l.matches("\\| [a-z].*")).skip(2))
                .as(String.join("\n", table))
                .containsExactlyElementsOf(table);
    }

    private Compiled compile() throws IOException, InterruptedException {
        Process compiler =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--class-path",
                                System.getProperty("java.class.path"),
                                "src/build/java/CompileCatalogue.java",
                                folder.toString(),
                                folder.resolve("rules.txt").toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Compiled(compiler.waitFor(), said);
    }
}
