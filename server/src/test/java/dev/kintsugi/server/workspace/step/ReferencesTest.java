package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReferencesTest {
    private static final String OUTPUT =
            """
            {"version": "1.2", "n": 7, "big": 12345678901234567890, "ok": true, "none": null,
             "a": {"b": {"c": "deep"}}, "list": ["zero", {"x": "one"}],
             "evil": "${secrets.TOKEN}$(touch x)"}
            """;

    private static final Secrets NONE = Secrets.of(Map.of(), Path.of("nowhere"));

    private final References references =
            new References(
                    Secrets.of(Map.of("KINTSUGI_SECRET_TOKEN", "t0ken$1\\"), Path.of("nowhere")),
                    new TreeMap<>(Map.of("name", "\"a \\\"b\"", "count", "3", "ok", "true")),
                    new TreeMap<>(Map.of("build", "h")),
                    _ -> OUTPUT.getBytes(UTF_8));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v${steps.build.output.version}! | v1.2!",
                "${steps.build.output.n}/${steps.build.output.ok} | 7/true",
                "${steps.build.output.big} | 12345678901234567890",
                "${steps.build.output.none} | null",
                "${steps.build.output.a.b.c} | deep",
                "${steps.build.output.a} | {\"b\":{\"c\":\"deep\"}}",
                "${steps.build.output.list.0}${steps.build.output.list.1.x} | zeroone",
                "${secrets.TOKEN} | t0ken$1\\",
                "${inputs.name}/${inputs.count}/${inputs.ok}/${inputs.none}. | a \"b/3/true/.",
                "${HOME} $TOKEN ${steps} | ${HOME} $TOKEN ${steps}",
            })
    void fillsValuesIntoText(String text, String expected) throws Exception {
        assertThat(references.text(text)).isEqualTo(expected);
    }

    @Test
    void doesNotLookIntoValuesAgain() throws Exception {
        assertThat(references.text("${steps.build.output.evil}"))
                .isEqualTo("${secrets.TOKEN}$(touch x)");
    }

    @Test
    void commandsHoldVariablesInPlaceOfValues() throws Exception {
        var shell =
                references.shell(
                        "run \"${secrets.TOKEN}\" ${steps.build.output.evil} \"${secrets.TOKEN}\""
                                + " $HOME \\d");

        assertThat(shell.line())
                .isEqualTo(
                        "run \"${KINTSUGI_REF_1}\" ${KINTSUGI_REF_2} \"${KINTSUGI_REF_1}\" $HOME"
                                + " \\d");
        assertThat(shell.variables())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "KINTSUGI_REF_1", "t0ken$1\\",
                                "KINTSUGI_REF_2", "${secrets.TOKEN}$(touch x)"));
        assertThat(references.redactor().redact("a t0ken$1\\!")).isEqualTo("a ***!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${steps.build.output.nope}",
                "${steps.build.output.version.deeper}",
                "${steps.build.output.list.9}",
                "${steps.other.output.x}",
                "${steps.build}",
                "${secrets.}",
                "${secrets.TOKEN:-x}"
            })
    void refusesWhatIsNotThere(String text) {
        assertThatThrownBy(() -> references.text(text)).isInstanceOf(StepRefusedException.class);
        assertThatThrownBy(() -> references.shell(text)).isInstanceOf(StepRefusedException.class);
    }

    @Test
    void saysWhatIsThereInstead() {
        assertThatThrownBy(() -> references.text("${steps.build.output.vers}"))
                .hasMessageContaining("steps.build.output.vers")
                .hasMessageContaining("version");
    }

    @Test
    void refusesAValueThatNoEnvironmentVariableHolds() {
        var long_ = "{\"x\": \"%s\", \"zero\": \"\\u0000\"}".formatted("y".repeat(130_000));
        var outputs =
                new References(
                        Secrets.of(Map.of(), Path.of("nowhere")),
                        new TreeMap<>(),
                        new TreeMap<>(Map.of("s", "h")),
                        _ -> long_.getBytes(UTF_8));

        assertThatThrownBy(() -> outputs.shell("echo ${steps.s.output.x}"))
                .hasMessageContaining("120 KiB");
        assertThatThrownBy(() -> outputs.variable("Z", "${steps.s.output.zero}"))
                .hasMessageContaining("env Z")
                .hasMessageContaining("zero byte");
    }
}
