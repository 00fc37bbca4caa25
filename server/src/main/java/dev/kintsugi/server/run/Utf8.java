package dev.kintsugi.server.run;

/** Where text may be cut. */
final class Utf8 {
    /** Bytes that begin a character's second to fourth byte: {@code 10xxxxxx}. */
    private static final int CONTINUATION = 0b1000_0000;

    private static final int MOST_CONTINUATIONS = 3;

    private Utf8() {}

    /**
     * How many of these bytes make whole characters: all, or all before a last one that is cut off.
     * Bytes that are no UTF-8 count as whole, so that a reader gets on.
     */
    static int wholeCharacters(byte[] bytes) {
        var start = bytes.length - 1;
        while (start >= 0
                && bytes.length - start <= MOST_CONTINUATIONS
                && (bytes[start] & 0b1100_0000) == CONTINUATION) {
            start--;
        }
        if (start < 0) {
            return bytes.length;
        }
        var wanted =
                switch (Integer.numberOfLeadingZeros((~bytes[start]) << (3 * Byte.SIZE))) {
                    case 2 -> 2;
                    case 3 -> 3;
                    case 4 -> 4;
                    default -> 1;
                };
        return start + wanted > bytes.length ? start : bytes.length;
    }
}
