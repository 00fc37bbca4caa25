package dev.kintsugi.server.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code simulate} was asked.
 *
 * @param from the first seed
 * @param count how many seeds, at most {@value #MOST}
 * @param replay whether the one world is told in full
 */
record SimulateArguments(long from, long count, boolean replay, boolean json, boolean help) {
    static final long MOST = 100_000_000;
    private static final String WHAT = "say --seed N, --seeds N, --seeds A..B or --count N";

    SimulateArguments {
        if (count < 0 || count > MOST) {
            throw new IllegalArgumentException(
                    "the number of worlds must be in [1, %d], was %d".formatted(MOST, count));
        }
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException saying which argument cannot be read
     */
    static SimulateArguments read(List<String> arguments) {
        Long seed = null;
        Long count = null;
        Long from = null;
        String range = null;
        var json = false;
        var help = arguments.isEmpty();
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            var option = rest.next();
            switch (option) {
                case "--json" -> json = true;
                case "--help", "-h" -> help = true;
                case "--seed" -> seed = number(option, value(option, rest.hasNext(), rest::next));
                case "--count" -> count = number(option, value(option, rest.hasNext(), rest::next));
                case "--from" -> from = number(option, value(option, rest.hasNext(), rest::next));
                case "--seeds" -> range = value(option, rest.hasNext(), rest::next);
                default ->
                        throw new IllegalArgumentException(
                                "unknown argument %s; %s".formatted(option, WHAT));
            }
        }
        if (help) {
            return new SimulateArguments(0, 0, false, json, true);
        }
        return asked(seed, range, count, from, json);
    }

    private static SimulateArguments asked(
            @Nullable Long seed,
            @Nullable String range,
            @Nullable Long count,
            @Nullable Long from,
            boolean json) {
        var ways = (seed == null ? 0 : 1) + (range == null ? 0 : 1) + (count == null ? 0 : 1);
        if (ways != 1 || (from != null && count == null)) {
            throw new IllegalArgumentException(WHAT + ", one of them; --from goes with --count");
        }
        if (seed != null) {
            return new SimulateArguments(seed, 1, true, json, false);
        }
        if (count != null) {
            return several(from == null ? 0 : from, count, json);
        }
        var ends = String.valueOf(range).split("\\.\\.", 2);
        if (ends.length != 2) {
            return several(0, number("--seeds", ends[0]), json);
        }
        var first = number("--seeds", ends[0]);
        return several(first, number("--seeds", ends[1]) - first + 1, json);
    }

    private static SimulateArguments several(long from, long count, boolean json) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "the number of worlds must be in [1, %d], was %d".formatted(MOST, count));
        }
        return new SimulateArguments(from, count, false, json, false);
    }

    private interface Next {
        String get();
    }

    private static String value(String option, boolean present, Next next) {
        if (!present) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return next.get();
    }

    private static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, was %s".formatted(option, text), e);
        }
    }
}
