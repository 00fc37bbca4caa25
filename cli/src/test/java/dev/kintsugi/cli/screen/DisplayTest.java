package dev.kintsugi.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private Display display(boolean live) {
        var out = new PrintStream(written, true, StandardCharsets.UTF_8);
        return new Display(out, live, live, () -> new Display.Size(24, 40));
    }

    private static Screen screen() {
        var json =
                """
                {"run":"r1","name":"ship","status":"running","ladder":"v4","attempts":0,
                 "phases":{"retry":0,"patch":0,"replan":0,"rollback":0},"duration_ms":0,
                 "cost_usd":"0","created_at":"2026-01-01T00:00:00Z","seq":1,
                 "steps":[{"step":"one","status":"pending","attempt":0}]}
                """;
        return Screen.of(Json.mapper().readValue(json, RunView.class));
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void drawsTheBlockAnewInPlaceBelowTheLinesThatStay() {
        var display = display(true);

        display.draw(screen(), START);
        display.print(List.of(Line.of("news")));
        display.draw(screen(), START.plusSeconds(1));

        assertThat(text()).containsSubsequence("ship", "\033[2A\r\033[J", "news", "ship");
        assertThat(text()).containsOnlyOnce("news");
    }

    @Test
    void writesNothingWhenTheBlockLooksTheSame() {
        var display = display(true);
        display.draw(screen(), START);
        int before = written.size();

        display.draw(screen(), START);

        assertThat(written.size()).isEqualTo(before);
    }

    @Test
    void writesPlainLinesAloneWhereThereIsNoTerminal() {
        var display = display(false);

        display.draw(screen(), START);
        display.print(
                List.of(Line.of(Style.RED, "a line that is longer than forty columns are wide")));

        assertThat(text()).isEqualTo("a line that is longer than forty columns are wide\n");
    }
}
