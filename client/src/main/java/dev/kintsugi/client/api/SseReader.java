package dev.kintsugi.client.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Takes a stream of server-sent events apart (WHATWG HTML, section 9.2.6). Comments are dropped;
 * lines end with LF or CRLF.
 */
final class SseReader {
    /** Largest event: an entry of a timeline stays far below it. */
    static final int MAX_EVENT_BYTES = 4 * 1024 * 1024;

    private final InputStream in;
    private final Runnable alive;

    /**
     * @param alive told at each line, comments included: somebody is there
     */
    SseReader(InputStream in, Runnable alive) {
        this.in = new BufferedInputStream(in);
        this.alive = alive;
    }

    /**
     * One event.
     *
     * @param id empty when it has none
     */
    record Frame(String event, String id, String data) {}

    /**
     * The next event; null at the end. An event that the end cuts off is not delivered.
     *
     * @throws IOException also for an event beyond {@link #MAX_EVENT_BYTES}
     */
    @Nullable Frame next() throws IOException {
        var event = "message";
        var id = "";
        var data = new StringBuilder();
        boolean any = false;
        for (String line = line(); line != null; line = line()) {
            alive.run();
            if (line.isEmpty()) {
                if (any) {
                    return new Frame(event, id, data.toString());
                }
                continue;
            }
            int colon = line.indexOf(':');
            if (colon == 0) {
                continue;
            }
            var field = colon < 0 ? line : line.substring(0, colon);
            var value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            any = true;
            switch (field) {
                case "event" -> event = value;
                case "id" -> id = value;
                case "data" -> append(data, value);
                default -> {} // fields that this client does not know are ignored by the standard
            }
        }
        return null;
    }

    private static void append(StringBuilder data, String value) throws IOException {
        if (data.length() + value.length() > MAX_EVENT_BYTES) {
            throw tooLarge();
        }
        data.append(data.isEmpty() ? "" : "\n").append(value);
    }

    private @Nullable String line() throws IOException {
        var bytes = new ByteArrayOutputStream(256);
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                var line = bytes.toString(StandardCharsets.UTF_8);
                return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            }
            if (bytes.size() == MAX_EVENT_BYTES) {
                throw tooLarge();
            }
            bytes.write(b);
        }
        return null;
    }

    private static IOException tooLarge() {
        return new IOException("an event is larger than %d bytes".formatted(MAX_EVENT_BYTES));
    }
}
