package dev.kintsugi.server.repair.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueReaderTest {
    private static final String GOOD =
            """
            - id: one-entry
              title: Mend it
              evidence: ["^(?<file>[a-z]+): broken$"]
              do: {set-executable: {file: "${file}"}}
            """;

    @Test
    void readsAnEntry() {
        var entries = CatalogueReader.read("x.yaml", GOOD);

        assertThat(entries).singleElement().extracting(Entry::id).isEqualTo("one-entry");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "title: Mend it | titel: Mend it | unknown key \"titel\"",
                "one-entry | One Entry | id must match",
                "${file} | ${path} | ${path} is not a group",
                "set-executable | make-executable | unknown operation",
                "{file: | {path: | unknown key \"path\"",
                "(?<file> | (?<file | no pattern",
                "evidence: | rules: | OK",
                "title: Mend it | title: '' | title must be a text",
                "evidence: [ | categories: [ | no category",
                "- id | id | not YAML",
                "{set-executable: {file: \"${file}\"}} | {set-variables: {PATH: x}} | lets nobody set PATH",
                "{set-executable: {file: \"${file}\"}} | {grow-memory: {variables: [JAVA_TOOL_OPTIONS], option: -Xmx, start: much}} | start must be a size",
                "{set-executable: {file: \"${file}\"}} | {convert-file: {file: a, to: upper}} | no to"
            })
    void saysWhichEntryIsWrongAndWhy(String good, String bad, String problem) {
        String yaml = GOOD.replace(good, bad);

        if (problem.equals("OK")) {
            assertThat(CatalogueReader.read("x.yaml", yaml)).hasSize(1);
        } else {
            assertThatThrownBy(() -> CatalogueReader.read("x.yaml", yaml))
                    .isInstanceOf(CatalogueException.class)
                    .hasMessageStartingWith("x.yaml")
                    .hasMessageContaining(problem);
        }
    }

    @Test
    void refusesTheSameIdTwice() {
        assertThatThrownBy(() -> CatalogueReader.read("x.yaml", GOOD + GOOD))
                .hasMessageStartingWith("x.yaml entry 2 (one-entry)")
                .hasMessageContaining("unique");
    }

    @Test
    void symbolTablesHaveNoAmbiguousNames() {
        assertThatThrownBy(() -> Symbols.read("t", "a: X\nb: X\n"))
                .hasMessageContaining("ambiguous");
        assertThat(Symbols.of("java").home("Duration")).contains("java.time");
        assertThat(Symbols.of("java").home("Date")).isEmpty();
    }
}
