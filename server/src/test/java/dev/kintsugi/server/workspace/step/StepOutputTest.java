package dev.kintsugi.server.workspace.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StepOutputTest {
    @TempDir private Path folder;

    @Test
    void nothingWrittenIsNoOutput() throws Exception {
        assertThat(StepOutput.read(folder.resolve("none"))).isEqualTo(StepOutput.NONE);
        assertThat(read("")).isEqualTo(StepOutput.NONE);
    }

    @ParameterizedTest
    @CsvSource({"0.25,250000000", "3,3000000000", "1e-10,1", "0,0"})
    void costIsMoneyRoundedUp(String cost, long nanos) throws Exception {
        assertThat(read("{\"cost_usd\": %s}".formatted(cost)).costNanoUsd()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"3\"", "1e99", "null", "1e999999", "{}"})
    void refusesACostThatIsNoAmount(String cost) {
        assertThatThrownBy(() -> read("{\"cost_usd\": %s}".formatted(cost)))
                .hasMessageContaining("cost_usd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1] | must be a JSON object",
                "\"x\" | must be a JSON object",
                "{\"a\": } | line 1, column",
                "{\"a\": 1} trailing | not JSON"
            })
    void refusesWhatIsNoObjectAndSaysWhy(String text, String reason) {
        assertThatThrownBy(() -> read(text)).hasMessageContaining(reason);
    }

    @Test
    void refusesMoreThanOneMebibyte() throws Exception {
        var fits = "{\"a\":\"%s\"}".formatted("x".repeat(StepOutput.MAX_BYTES - 8));

        assertThat(read(fits).json()).isNotNull();
        assertThatThrownBy(() -> read(fits + " ")).hasMessageContaining("1 MiB");
    }

    @Test
    void masksTextsKeysAndNumbersAndStaysJson() throws Exception {
        var output = read("{\"se\\u0063ret\": [\"my secret\", 424242, true, {\"n\": 1.5}]}");

        var masked =
                output.redacted(text -> text.replace("secret", "***").replace("424242", "***"));

        assertThat(masked).asString().isEqualTo("{\"***\":[\"my ***\",\"***\",true,{\"n\":1.5}]}");
    }

    private StepOutput read(String text) throws Exception {
        return StepOutput.read(Files.writeString(folder.resolve("output.json"), text));
    }
}
