package dev.kintsugi.healing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What makes a failure the same failure: its rule and its text, less everything that differs
 * between two occurrences (folders, numbers, addresses, times, identifiers, colours, line ends).
 */
public final class Fingerprint {

    /** Only this much of a text's beginning counts. */
    static final int MAX_CHARS = 4_000;

    private static final int BYTES = 8;

    // What is in a text, as bits.
    private static final int DASH = 1;
    private static final int COLON = 1 << 1;
    private static final int SLASH = 1 << 2;
    private static final int TEMP = 1 << 3;
    private static final int ZERO_X = 1 << 4;
    private static final int AT = 1 << 5;
    private static final int LONG_HEX = 1 << 6;
    private static final int NUMBER = 1 << 7;
    private static final int SPACE = 1 << 8;
    static final int EVERYTHING = -1;

    /**
     * @param needs what a text has that has a match: most have not, and looking for it is a hundred
     *     times quicker than searching
     */
    private record Substitution(int needs, Pattern pattern, String by) {
        Substitution(int needs, String regex, String by) {
            this(needs, Pattern.compile(regex), by);
        }
    }

    /** In this order: what contains numbers goes before numbers. */
    private static final List<Substitution> VARYING =
            List.of(
                    new Substitution(
                            DASH,
                            "\\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\\b",
                            "<id>"),
                    new Substitution(
                            DASH,
                            "\\b\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d)?(?:[.,]\\d{1,9})?"
                                    + "(?:Z|[+-]\\d\\d:?\\d\\d)?)?",
                            "<time>"),
                    new Substitution(COLON, "\\b\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?", "<time>"),
                    new Substitution(
                            SLASH,
                            "(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|[A-Za-z]:[/\\\\]|[.~]{0,2}[/\\\\])"
                                    + "[^\\s'\"`:,;()\\[\\]<>]+"
                                    + "|[\\w@.+~-]{1,100}[/\\\\][^\\s'\"`:,;()\\[\\]<>]*",
                            "<path>"),
                    new Substitution(
                            TEMP, "\\b(?:tmp|temp)[._-]?(?=\\w{0,20}\\d)\\w{3,40}\\b", "<temp>"),
                    new Substitution(ZERO_X, "\\b0[xX][0-9a-fA-F]+\\b", "<hex>"),
                    new Substitution(AT, "@[0-9a-f]{4,16}\\b", "@<hex>"),
                    new Substitution(
                            LONG_HEX, "\\b(?=[0-9a-f]{0,63}\\d)[0-9a-f]{7,64}\\b", "<hex>"),
                    new Substitution(
                            NUMBER,
                            "(?<![A-Za-z_0-9])\\d[\\d.,]*(?:[A-Za-zµμ]{1,3})?(?:\\d+[A-Za-zµμ]{1,3})*\\b",
                            "<n>"),
                    new Substitution(SPACE, "\\s+", " "));

    private Fingerprint() {}

    /** 16 hexadecimal digits for a text that a rule matched. */
    public static String of(String rule, String text) {
        byte[] known = (rule + "\n" + normalised(text)).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(sha256(known), 0, BYTES);
    }

    static String normalised(String text) {
        String start = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
        String plain = String.join("\n", Excerpt.of(start));
        return substituted(plain, contents(plain));
    }

    static String substituted(String text, int contents) {
        String plain = text;
        for (Substitution each : VARYING) {
            if ((contents & each.needs()) != 0) {
                plain = each.pattern().matcher(plain).replaceAll(each.by());
            }
        }
        return plain.strip();
    }

    /** What is in a text; no substitution brings anything of it into a text that had it not. */
    static int contents(String text) {
        int found = 0;
        int hex = 0; // how many digits, also hexadecimal, stand before this character
        char before = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (digit && hex == 0 && !(before == '_' || isLetter(before))) {
                found |= NUMBER;
            }
            found |=
                    switch (c) {
                        case '-' -> hex >= 4 ? DASH : 0;
                        case ':' -> hex >= 2 ? COLON : 0;
                        case '/', '\\' -> SLASH;
                        case 'p' -> before == 'm' ? TEMP : 0;
                        case 'x', 'X' -> before == '0' ? ZERO_X : 0;
                        case '@' -> AT;
                        case ' ' -> before <= ' ' ? SPACE : 0;
                        default -> c < ' ' ? SPACE : 0;
                    };
            hex = digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' ? hex + 1 : 0;
            found |= hex >= 7 ? LONG_HEX : 0;
            before = c;
        }
        return found;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
