package dev.kintsugi.client.secret;

import dev.kintsugi.client.secret.SecretPatterns.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Masks secrets in text that comes in chunks, wherever the chunks are cut. Text goes out in whole
 * lines; the end of a line, or of what may yet become a secret, is held back until more comes or
 * the stream is finished. For one thread.
 *
 * <p>At most {@link #MAX_HELD} bytes and the chunk itself are in memory. A line longer than {@link
 * #MAX_LINE} goes out in parts, each held back by as much as the longest secret may need.
 */
public final class RedactingStream {
    /** Longest line that is held back whole, in bytes. */
    public static final int MAX_LINE = 16_384;

    /** Most bytes held back between chunks. */
    public static final int MAX_HELD = 1 << 18;

    /** A private key that does not end within so many bytes is masked so far and no further. */
    private static final int MAX_KEY = 16_384;

    private static final String OPEN_KEY = "private key without its end";

    private static final byte[] MASK = Redactor.MASK.getBytes(StandardCharsets.US_ASCII);

    private final KnownSecrets known;
    private byte[] held = new byte[0];

    RedactingStream(KnownSecrets known) {
        this.known = known;
    }

    /** Takes a chunk and gives what may be seen by now, perhaps nothing. */
    public byte[] push(byte[] chunk) {
        int before = held.length;
        held = Arrays.copyOf(held, before + chunk.length);
        System.arraycopy(chunk, 0, held, before, chunk.length);
        int line = lastLineStart();
        boolean ready = line > before || held.length - line > MAX_LINE;
        return ready ? release(line) : new byte[0];
    }

    /** Gives what was held back. The stream is empty then and may be used again. */
    public byte[] finish() {
        var spans = spans();
        return emit(spans, held.length);
    }

    /** Bytes held back now. */
    int held() {
        return held.length;
    }

    private byte[] release(int lineStart) {
        int cut = lineStart;
        if (held.length - lineStart > MAX_LINE) {
            int margin = Math.max(SecretPatterns.MAX_LENGTH, known.longest());
            cut = Math.max(cut, held.length - margin);
        }
        cut = Math.min(cut, known.cutOffFrom(held, held.length));
        var spans = spans();
        for (int i = spans.size() - 1; i >= 0; i--) {
            var span = spans.get(i);
            boolean mayGoOn = isOpenKey(span);
            if (span.from() < cut && (cut < span.end() || mayGoOn)) {
                cut = span.from();
            }
        }
        // Only secrets that overlap each other without end get here: they are masked so far.
        if (held.length - cut > MAX_HELD) {
            cut = held.length;
        }
        return emit(spans, cut);
    }

    private byte[] emit(List<Span> spans, int cut) {
        var out = new ByteArrayOutputStream(cut);
        int from = 0;
        for (var span : spans) {
            int start = Math.min(span.start(), cut);
            if (start < cut) {
                out.write(held, from, start - from);
                out.writeBytes(MASK);
                from = Math.min(span.end(), cut);
            }
        }
        out.write(held, from, cut - from);
        held = Arrays.copyOfRange(held, cut, held.length);
        return out.toByteArray();
    }

    /** Where secrets are in what is held, in order and not overlapping. */
    private List<Span> spans() {
        // One byte is one character, so that indexes are the same.
        String text = new String(held, StandardCharsets.ISO_8859_1);
        var spans = new ArrayList<Span>();
        for (var span : SecretPatterns.spans(text)) {
            spans.add(span.kind().equals(SecretPatterns.PRIVATE_KEY) ? wholeKey(span, text) : span);
        }
        for (int at = 0; at < held.length; at++) {
            int length = known.matchAt(held, at, held.length);
            if (length > 0) {
                spans.add(new Span(at, at, at + length, "known value"));
            }
        }
        spans.sort(Comparator.comparingInt(Span::start));
        return merged(spans);
    }

    private static List<Span> merged(List<Span> spans) {
        var merged = new ArrayList<Span>();
        for (var span : spans) {
            if (merged.isEmpty() || merged.getLast().end() <= span.start()) {
                merged.add(span);
                continue;
            }
            var last = merged.removeLast();
            boolean reachesFurther = span.end() > last.end();
            merged.add(
                    new Span(
                            Math.min(last.from(), span.from()),
                            last.start(),
                            Math.max(last.end(), span.end()),
                            reachesFurther ? span.kind() : last.kind()));
        }
        return merged;
    }

    private static Span wholeKey(Span begin, String text) {
        int limit = Math.min(text.length(), begin.start() + MAX_KEY);
        int mark = text.indexOf("-----END ", begin.end(), limit);
        int close = mark < 0 ? -1 : text.indexOf("KEY", mark, limit);
        int dashes = close < 0 ? -1 : text.indexOf("-----", close, limit);
        return dashes < 0
                ? new Span(begin.from(), begin.start(), limit, OPEN_KEY)
                : new Span(begin.from(), begin.start(), dashes + 5, begin.kind());
    }

    /** Whether more of a private key may come. */
    private boolean isOpenKey(Span span) {
        return span.kind().equals(OPEN_KEY)
                && span.end() == held.length
                && span.end() - span.start() < MAX_KEY;
    }

    private int lastLineStart() {
        for (int i = held.length - 1; i >= 0; i--) {
            if (held[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }
}
