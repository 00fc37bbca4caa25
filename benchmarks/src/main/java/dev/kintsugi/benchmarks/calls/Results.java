package dev.kintsugi.benchmarks.calls;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What all rounds measured. */
final class Results {
    private final Map<Scenario, Map<Library, List<Round.Measured>>> measured =
            new EnumMap<>(Scenario.class);

    private final List<Double> errorMicros = new ArrayList<>();
    private final List<Double> storedNanos = new ArrayList<>();

    void add(Scenario scenario, Library library, Round.Measured round) {
        measured.computeIfAbsent(scenario, _ -> new EnumMap<>(Library.class))
                .computeIfAbsent(library, _ -> new ArrayList<>())
                .add(round);
    }

    void addError(double micros) {
        errorMicros.add(micros);
    }

    void addStored(double nanos) {
        storedNanos.add(nanos);
    }

    Ratio ratio(Scenario scenario, Library peer) {
        return Ratio.of(nanos(scenario, peer), nanos(scenario, Library.KINTSUGI));
    }

    /**
     * The worst of calls with and without timeout and with up to 2 threads, where all libraries do
     * the same.
     */
    Ratio success(Library peer) {
        return List.of(
                        Scenario.ONE_THREAD,
                        Scenario.TWO_THREADS,
                        Scenario.TIMED_ONE_THREAD,
                        Scenario.TIMED_TWO_THREADS)
                .stream()
                .map(each -> ratio(each, peer))
                .reduce(Ratio::smaller)
                .orElseThrow();
    }

    /** Bytes that a call without timeout allocates; below one byte means none of its own. */
    double bytesPerCall() {
        return Stream.of(Scenario.ONE_THREAD, Scenario.IN_A_ROW_ONE_THREAD)
                .flatMap(each -> rounds(each, Library.KINTSUGI).stream())
                .mapToDouble(Round.Measured::bytes)
                .max()
                .orElseThrow();
    }

    int rounds() {
        return errorMicros.size();
    }

    double medianNanos(Scenario scenario, Library library) {
        return median(nanos(scenario, library));
    }

    double errorMicros() {
        return median(errorMicros);
    }

    double storedNanos() {
        return median(storedNanos);
    }

    private List<Double> nanos(Scenario scenario, Library library) {
        return rounds(scenario, library).stream().map(Round.Measured::score).toList();
    }

    private List<Round.Measured> rounds(Scenario scenario, Library library) {
        var byLibrary = measured.get(scenario);
        var rounds = byLibrary == null ? null : byLibrary.get(library);
        if (rounds == null) {
            throw new IllegalStateException("not measured: " + scenario + " of " + library);
        }
        return rounds;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
