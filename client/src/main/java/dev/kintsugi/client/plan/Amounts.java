package dev.kintsugi.client.plan;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations and money as plans write them. */
final class Amounts {
    private static final Pattern DURATION =
            Pattern.compile(
                    "(?=.)(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
    private static final Pattern MONEY = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))? USD");
    private static final long NANO = 1_000_000_000L;

    private Amounts() {}

    /** Reads {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} and sums of them. */
    static Optional<Duration> duration(String text) {
        var parts = DURATION.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofHours(number(parts.group(1)))
                        .plusMinutes(number(parts.group(2)))
                        .plusSeconds(number(parts.group(3)))
                        .plusMillis(number(parts.group(4))));
    }

    static String text(Duration duration) {
        if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
            throw new IllegalArgumentException(
                    "a plan's duration must be whole milliseconds from 0, was " + duration);
        }
        var text = new StringBuilder();
        append(text, duration.toHours(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    /** Reads {@code 10 USD} or {@code 0.05 USD} as billionths of a dollar, exactly. */
    static Optional<Long> nanoUsd(String text) {
        var parts = MONEY.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String fraction = parts.group(2) == null ? "" : parts.group(2);
        String billionths = (fraction + "000000000").substring(0, 9);
        return Optional.of(number(parts.group(1)) * NANO + number(billionths));
    }

    static String usd(long nanoUsd) {
        String fraction =
                nanoUsd % NANO == 0
                        ? ""
                        : "." + "%09d".formatted(nanoUsd % NANO).replaceFirst("0+$", "");
        return nanoUsd / NANO + fraction + " USD";
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static void append(StringBuilder text, long amount, String unit) {
        if (amount > 0) {
            text.append(amount).append(unit);
        }
    }
}
