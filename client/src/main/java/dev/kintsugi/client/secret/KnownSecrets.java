package dev.kintsugi.client.secret;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The values that must not be seen, in every form in which programs write them. */
final class KnownSecrets {
    /** Shorter encoded parts appear in any text by chance. */
    private static final int MIN_ENCODED = 8;

    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

    /** How much of a long text is looked at together, besides the length of the longest form. */
    private static final int CHUNK = 1 << 16;

    /** Forms by their first byte. */
    private final List<List<byte[]>> byFirst = new ArrayList<>();

    private final int longest;

    KnownSecrets(Collection<String> values) {
        Set<String> forms = new TreeSet<>();
        for (String value : values) {
            if (value.length() > Redactor.MAX_SECRET_LENGTH) {
                throw new IllegalArgumentException(
                        "a secret must have at most %,d characters, one had %,d"
                                .formatted(Redactor.MAX_SECRET_LENGTH, value.length()));
            }
            if (value.length() >= Redactor.MIN_SECRET_LENGTH) {
                addForms(forms, value);
            }
        }
        for (int i = 0; i < 256; i++) {
            byFirst.add(new ArrayList<>());
        }
        int max = 0;
        for (String form : forms) {
            byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
            byFirst.get(bytes[0] & 255).add(bytes);
            max = Math.max(max, bytes.length);
        }
        longest = max;
    }

    /** Length in bytes of the longest form; 0 when there is none. */
    int longest() {
        return longest;
    }

    /** The longest form that begins here, as its length; 0 when none does. */
    int matchAt(byte[] text, int at, int end) {
        int found = 0;
        for (byte[] form : byFirst.get(text[at] & 255)) {
            if (form.length > found
                    && form.length <= end - at
                    && Arrays.equals(form, 0, form.length, text, at, at + form.length)) {
                found = form.length;
            }
        }
        return found;
    }

    /** The forms that stand in a text, which may be long. */
    Set<String> in(InputStream text) throws IOException {
        Set<String> found = new TreeSet<>();
        byte[] window = new byte[longest + CHUNK];
        int held = 0;
        for (boolean more = longest > 0; more; ) {
            int end = held + text.readNBytes(window, held, window.length - held);
            more = end == window.length;
            int stop = more ? end - longest + 1 : end;
            for (int at = 0; at < stop; at++) {
                int length = matchAt(window, at, end);
                if (length > 0) {
                    found.add(new String(window, at, length, StandardCharsets.UTF_8));
                }
            }
            held = end - stop;
            System.arraycopy(window, stop, window, 0, held);
        }
        return found;
    }

    /** Where the first form begins that the end of the text cuts off; the end when none does. */
    int cutOffFrom(byte[] text, int end) {
        for (int at = Math.max(0, end - longest + 1); at < end; at++) {
            for (byte[] form : byFirst.get(text[at] & 255)) {
                if (form.length > end - at && Arrays.equals(form, 0, end - at, text, at, end)) {
                    return at;
                }
            }
        }
        return end;
    }

    private static void addForms(Set<String> forms, String value) {
        forms.add(value);
        value.lines().filter(line -> line.length() >= MIN_ENCODED).forEach(forms::add);
        addPercentForms(forms, value);
        forms.add(
                value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t"));
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        forms.add(Base64.getEncoder().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().encodeToString(bytes));
        for (int before = 0; before < 3; before++) {
            addInside(forms, bytes, before);
        }
    }

    /**
     * As a form (HTML), as RFC 3986 says, and as {@code encodeURIComponent} does; in both cases.
     */
    private static void addPercentForms(Set<String> forms, String value) {
        String form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        String strict = form.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
        String browser = strict;
        for (char kept : "!'()*".toCharArray()) {
            browser = browser.replace("%%%02X".formatted((int) kept), String.valueOf(kept));
        }
        for (String encoded : List.of(form, form.replace("+", "%20"), strict, browser)) {
            forms.add(encoded);
            forms.add(ESCAPE.matcher(encoded).replaceAll(hex -> hex.group().toLowerCase(ROOT)));
        }
    }

    /**
     * The value in the middle of something encoded, such as {@code user:value}: the characters that
     * depend on it alone, which differ by how many bytes stand before it modulo three.
     */
    private static void addInside(Set<String> forms, byte[] value, int before) {
        byte[] shifted = new byte[before + value.length];
        System.arraycopy(value, 0, shifted, before, value.length);
        int start = (before * 8 + 5) / 6;
        int end = shifted.length * 8 / 6;
        if (end - start >= MIN_ENCODED) {
            forms.add(Base64.getEncoder().encodeToString(shifted).substring(start, end));
            forms.add(Base64.getUrlEncoder().encodeToString(shifted).substring(start, end));
        }
    }
}
