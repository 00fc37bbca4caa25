package dev.kintsugi.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SimulationTest {
    private static final int SEEDS = 10_000;

    @Test
    void everyInvariantHoldsInTenThousandWorlds() {
        var processors = Runtime.getRuntime().availableProcessors();
        var share = SEEDS / processors;

        var failures =
                IntStream.range(0, processors)
                        .parallel()
                        .mapToObj(part ->
                                Simulation.failures((long) part * share, share, Plants.NONE))
                        .flatMap(java.util.List::stream)
                        .toList();

        assertThat(failures).as("replay one by: ./kintsugi simulate --seed N").isEmpty();
    }
}
