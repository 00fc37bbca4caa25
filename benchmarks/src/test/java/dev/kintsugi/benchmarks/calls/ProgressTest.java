package dev.kintsugi.benchmarks.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private long seconds;

    @Test
    void saysHowLongTheRestTakes() {
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        var progress = new Progress(4, () -> TimeUnit.SECONDS.toNanos(seconds), out);

        seconds = 40;
        progress.done("success, kintsugi", 12.34, "ns");
        seconds = 60;
        progress.done("success, failsafe", 400, "ns");
        seconds = 90;
        progress.done("rejected, kintsugi", 1, "ns");
        progress.done("a failed call", 7.5, "us");

        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "1 of 4: success, kintsugi: 12.3 ns; 2 min left",
                        "2 of 4: success, failsafe: 400.0 ns; 1 min left",
                        "3 of 4: rejected, kintsugi: 1.0 ns; 30 s left",
                        "4 of 4: a failed call: 7.5 us; done");
    }
}
