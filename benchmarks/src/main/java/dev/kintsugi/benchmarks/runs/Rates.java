package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.benchmarks.runs.Engine.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a contender did in its rounds. */
final class Rates {
    private final List<Round> rounds = new ArrayList<>();

    /**
     * One round.
     *
     * @param own processor time of its process
     * @param database of the database's
     */
    record Round(Tally tally, Duration own, Duration database) {
        private double ownMillis() {
            return own.toNanos() / 1e6 / tally.runs();
        }

        private double databaseMillis() {
            return database.toNanos() / 1e6 / tally.runs();
        }
    }

    void add(Round round) {
        rounds.add(round);
    }

    /** Runs per second, the median. */
    double perSecond() {
        return median(rounds.stream().map(round -> round.tally().perSecond()).toList());
    }

    /** How many times as fast as the other, the median over the rounds that they shared. */
    double against(Rates other) {
        return median(
                IntStream.range(0, rounds.size())
                        .mapToObj(i ->
                                rounds.get(i).tally().perSecond()
                                        / other.rounds.get(i).tally().perSecond())
                        .toList());
    }

    /** Milliseconds of processor time for a run, its own process's, the median. */
    double ownMillis() {
        return median(rounds.stream().map(Round::ownMillis).toList());
    }

    /** The same of the database's processes. */
    double databaseMillis() {
        return median(rounds.stream().map(Round::databaseMillis).toList());
    }

    static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
