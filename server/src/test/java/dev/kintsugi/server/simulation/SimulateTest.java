package dev.kintsugi.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimulateTest {
    private static final Plants BROKEN = Plants.NONE.withTasks(Bugs::withoutRenewal);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int simulate(Plants plants, String... arguments) {
        return Simulate.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                plants);
    }

    @Test
    void replaysOneWorldWithItsTimeline() {
        var code = simulate(Plants.NONE, "--seed", "3");

        assertThat(code).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("run_accepted", "w0.0", "every invariant held")
                .containsPattern("\\d:\\d\\d:\\d\\d\\.\\d{3}");
    }

    @Test
    void namesTheSeedsOfWorldsThatBreak() {
        var code = simulate(BROKEN, "--seeds", "2..5");

        assertThat(code).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("./kintsugi simulate --seed 5", "4 worlds");
    }

    @Test
    void writesOneJsonObjectALine() {
        var code = simulate(Plants.NONE, "--count", "3", "--from", "7", "--json");

        assertThat(code).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"worlds\":3,")
                .contains("\"broken\":0");
    }

    @Test
    void aNumberOfSeedsIsThatManyWorldsFromZeroOn() {
        var code = simulate(Plants.NONE, "--seeds", "5");

        assertThat(code).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("5 worlds, ");
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThat(simulate(Plants.NONE, "--seed", "x")).isEqualTo(2);
        assertThat(simulate(Plants.NONE, "--seed")).isEqualTo(2);
        assertThat(simulate(Plants.NONE, "--seeds", "9..3")).isEqualTo(2);
        assertThat(simulate(Plants.NONE, "--seed", "1", "--count", "2")).isEqualTo(2);
        assertThat(simulate(Plants.NONE, "--sed", "1")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "--seed must be a whole number, was x",
                        "--seed needs a value",
                        "unknown argument --sed");
    }

    @Test
    void explainsItself() {
        assertThat(simulate(Plants.NONE, "--help")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--seed N");
    }
}
