package dev.kintsugi.healing.rollback;

import dev.kintsugi.healing.rollback.Journal.Entry;
import dev.kintsugi.healing.rollback.Journal.Kind;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An entry as one line of ASCII: kind, step, unit, name and argument, percent-encoded and parted by
 * spaces, behind the CRC-32C of all of them.
 */
final class JournalLine {

    private JournalLine() {}

    static String of(Entry entry) {
        String text =
                String.join(
                        " ",
                        entry.kind().name(),
                        Integer.toString(entry.step()),
                        encoded(entry.unit()),
                        encoded(entry.name()),
                        encoded(entry.argument()));
        return "%08x %s".formatted(crc(text), text);
    }

    /** The entry; null when the line is not whole. */
    static @Nullable Entry read(String line) {
        String text = line.length() < 9 ? "" : line.substring(9);
        String[] fields = text.split(" ", -1);
        if (fields.length != 5 || !line.startsWith("%08x ".formatted(crc(text)))) {
            return null;
        }
        return new Entry(
                decoded(fields[2]),
                Kind.valueOf(fields[0]),
                Integer.parseInt(fields[1]),
                decoded(fields[3]),
                decoded(fields[4]));
    }

    private static long crc(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
