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

    private static final String DIGITS = "0123456789";

    /**
     * @param needs characters of which a match has at least one: most texts lack them, and looking
     *     for them is a hundred times quicker than searching
     */
    private record Substitution(String needs, Pattern pattern, String by) {
        Substitution(String needs, String regex, String by) {
            this(needs, Pattern.compile(regex), by);
        }

        String in(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (needs.indexOf(text.charAt(i)) >= 0) {
                    return pattern.matcher(text).replaceAll(by);
                }
            }
            return text;
        }
    }

    /** In this order: what contains numbers goes before numbers. */
    private static final List<Substitution> VARYING =
            List.of(
                    new Substitution(
                            "-",
                            "\\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\\b",
                            "<id>"),
                    new Substitution(
                            "-",
                            "\\b\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d)?(?:[.,]\\d{1,9})?"
                                    + "(?:Z|[+-]\\d\\d:?\\d\\d)?)?",
                            "<time>"),
                    new Substitution(":", "\\b\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?", "<time>"),
                    new Substitution(
                            "/\\",
                            "(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|[A-Za-z]:[/\\\\]|[.~]{0,2}[/\\\\])"
                                    + "[^\\s'\"`:,;()\\[\\]<>]+"
                                    + "|[\\w@.+~-]{1,100}[/\\\\][^\\s'\"`:,;()\\[\\]<>]*",
                            "<path>"),
                    new Substitution(
                            DIGITS, "\\b(?:tmp|temp)[._-]?(?=\\w{0,20}\\d)\\w{3,40}\\b", "<temp>"),
                    new Substitution("xX", "\\b0[xX][0-9a-fA-F]+\\b", "<hex>"),
                    new Substitution("@", "@[0-9a-f]{4,16}\\b", "@<hex>"),
                    new Substitution(DIGITS, "\\b(?=[0-9a-f]{0,63}\\d)[0-9a-f]{7,64}\\b", "<hex>"),
                    new Substitution(
                            DIGITS,
                            "(?<![A-Za-z_0-9])\\d[\\d.,]*(?:[A-Za-zµμ]{1,3})?(?:\\d+[A-Za-zµμ]{1,3})*\\b",
                            "<n>"),
                    new Substitution(" \t\n\r\f\u000b", "\\s+", " "));

    private Fingerprint() {}

    /** 16 hexadecimal digits for a text that a rule matched. */
    public static String of(String rule, String text) {
        byte[] known = (rule + "\n" + normalised(text)).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(sha256(known), 0, BYTES);
    }

    static String normalised(String text) {
        String start = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
        String plain = String.join("\n", Excerpt.of(start).lines());
        for (Substitution each : VARYING) {
            plain = each.in(plain);
        }
        return plain.strip();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
