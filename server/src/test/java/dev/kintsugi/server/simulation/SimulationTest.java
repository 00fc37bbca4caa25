package dev.kintsugi.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.simulation.Simulation.Report;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SimulationTest {
    private static final int SEEDS = 10_000;

    /** Of processor time, so that a busy machine fails nothing: 60 s on each of two cores. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static final int LEAST_WORLDS_PER_KIND = 20;

    @Test
    void everyInvariantHoldsInTenThousandWorldsThatReachEverything() {
        var processors = Runtime.getRuntime().availableProcessors();

        var begun = processorTime();
        var worlds =
                IntStream.range(0, processors)
                        .parallel()
                        .mapToObj(part -> worlds(part, processors))
                        .flatMap(List::stream)
                        .toList();
        var took = processorTime().minus(begun);

        assertThat(worlds.stream().filter(world -> !world.broken().isEmpty()))
                .as("replay one by: ./kintsugi simulate --seed N")
                .isEmpty();
        var counts = counts(worlds);
        System.out.printf(
                "%d worlds in %d s of processor time, so many reached: %s%n",
                worlds.size(), took.toSeconds(), counts);
        assertThat(took).isLessThan(LIMIT);
        assertThat(counts).hasSize(Reached.values().length);
        assertThat(counts.values()).allMatch(count -> count >= LEAST_WORLDS_PER_KIND);
    }

    private static Duration processorTime() {
        var system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    private static List<Report> worlds(int first, int stride) {
        return IntStream.iterate(first, seed -> seed < SEEDS, seed -> seed + stride)
                .mapToObj(Simulation::run)
                .toList();
    }

    private static Map<Reached, Integer> counts(Collection<Report> worlds) {
        var counts = new EnumMap<Reached, Integer>(Reached.class);
        worlds.forEach(
                world -> world.reached().forEach(what -> counts.merge(what, 1, Integer::sum)));
        return counts;
    }

    @Test
    void theSameSeedGivesTheSameWorld() {
        for (var seed = 0; seed < 50; seed++) {

            var first = Simulation.replay(seed);
            var second = Simulation.replay(seed);

            assertThat(second).as("seed %d", seed).isEqualTo(first);
        }
    }
}
