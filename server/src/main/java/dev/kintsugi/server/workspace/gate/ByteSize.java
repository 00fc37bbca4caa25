package dev.kintsugi.server.workspace.gate;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An amount of memory in the unit it was written in, such as {@code 256m} or {@code 512Mi}. Units
 * are powers of 1,024; no unit means bytes.
 *
 * @param amount at least 0
 * @param unit the suffix as written: empty, or k, m, g, t in either case, perhaps with i and B
 */
public record ByteSize(long amount, String unit) {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,12})([kKmMgGtT]?i?[bB]?)");

    public ByteSize {
        if (amount < 0) {
            throw new IllegalArgumentException("amount must not be negative, was " + amount);
        }
    }

    /** Reads a size; empty when the text is none. */
    public static Optional<ByteSize> parse(String text) {
        var written = WRITTEN.matcher(text);
        return written.matches()
                ? Optional.of(new ByteSize(Long.parseLong(written.group(1)), written.group(2)))
                : Optional.empty();
    }

    /** In bytes; {@link Long#MAX_VALUE} where that is more than fits. */
    public long bytes() {
        return amount > Long.MAX_VALUE / scale() ? Long.MAX_VALUE : amount * scale();
    }

    /**
     * Twice as much, or the ceiling when that is less; in the same unit unless it is too coarse.
     */
    public ByteSize doubledTo(long ceilingBytes) {
        long wanted = bytes() > ceilingBytes / 2 ? ceilingBytes : bytes() * 2;
        if (wanted % scale() == 0) {
            return new ByteSize(wanted / scale(), unit);
        }
        return new ByteSize(wanted >> 20, unit.replaceFirst("[kKmMgGtT]", "m"));
    }

    @Override
    public String toString() {
        return amount + unit;
    }

    private long scale() {
        return switch (unit.isEmpty() ? "" : unit.substring(0, 1).toLowerCase(Locale.ROOT)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            case "t" -> 1L << 40;
            default -> 1L;
        };
    }
}
