package dev.kintsugi.healing;

/**
 * A line that counts how often a regular expression looks at it and stops one that backtracks
 * without end: hostile output must not be able to hold up a classification. Not thread-safe.
 */
final class MeteredText implements CharSequence {

    /** Looks allowed for one search of one line, per character of the line. */
    static final int LOOKS_PER_CHAR = 64;

    private final CharSequence text;
    private final Looks looks;
    private long left;

    MeteredText(CharSequence text, Looks looks) {
        this.text = text;
        this.looks = looks;
        this.left = Math.min(looks.left, (text.length() + 1L) * LOOKS_PER_CHAR);
    }

    @Override
    public char charAt(int index) {
        if (--left < 0) {
            throw Exhausted.INSTANCE;
        }
        looks.left--;
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** What all searches of one classification may look at together. */
    static final class Looks {
        static final long MAX = 60_000_000;

        private long left = MAX;

        long used() {
            return MAX - left;
        }
    }

    /** Thrown through the matcher when all looks are used; carries nothing, so it is shared. */
    static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private static final Exhausted INSTANCE = new Exhausted();

        private Exhausted() {
            super("search too costly", null, false, false);
        }
    }
}
