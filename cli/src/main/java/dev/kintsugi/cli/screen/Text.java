package dev.kintsugi.cli.screen;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Words and numbers as terminals show them. */
public final class Text {
    private static final int NANOS_PER_USD_SCALE = 9;

    private Text() {}

    /** The text without anything that could steer a terminal; tabs become spaces. */
    public static String safe(String text) {
        boolean clean = true;
        for (int i = 0; i < text.length() && clean; i++) {
            clean = !steers(text.charAt(i));
        }
        if (clean) {
            return text;
        }
        var safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t' || c == '\n') {
                safe.append(' ');
            } else if (!steers(c)) {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    /** Control characters, and the marks that turn the direction of writing around. */
    private static boolean steers(char c) {
        return Character.isISOControl(c)
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }

    /** Columns that the text takes: two for wide characters, none for combining ones. */
    public static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    private static int width(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.FORMAT) {
            return 0;
        }
        boolean wide =
                (codePoint >= 0x1100 && codePoint <= 0x115f)
                        || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
                        || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
                        || (codePoint >= 0xf900 && codePoint <= 0xfaff)
                        || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
                        || (codePoint >= 0xff00 && codePoint <= 0xff60)
                        || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
                        || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
        return wide ? 2 : 1;
    }

    /** As much of the text's beginning as fits. */
    static String cut(String text, int columns) {
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            used += width(codePoint);
            if (used > columns) {
                return text.substring(0, i);
            }
            i += Character.charCount(codePoint);
        }
        return text;
    }

    /** The text with spaces after it up to the width given. */
    public static String pad(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - width(text)));
    }

    /** A time for people: {@code 0.4 s}, {@code 12.3 s}, {@code 4 min 05 s}, {@code 2 h 10 min}. */
    public static String time(long millis) {
        var time = Duration.ofMillis(Math.max(0, millis));
        if (time.toHours() > 0) {
            return "%d h %02d min".formatted(time.toHours(), time.toMinutesPart());
        }
        if (time.toMinutes() > 0) {
            return "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart());
        }
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** Billionths of a dollar for people. */
    public static String dollars(long nanoUsd) {
        return dollars(BigDecimal.valueOf(nanoUsd, NANOS_PER_USD_SCALE));
    }

    /** Money for people, rounded up to cents or, below one cent, to what is there. */
    public static String dollars(BigDecimal exact) {
        var cents = exact.setScale(2, RoundingMode.UP);
        boolean small = exact.signum() > 0 && exact.compareTo(new BigDecimal("0.01")) < 0;
        return "$" + (small ? exact.stripTrailingZeros() : cents).toPlainString();
    }

    /** {@code 1 attempt}, {@code 3 attempts}. */
    public static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
