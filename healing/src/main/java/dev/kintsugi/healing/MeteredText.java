package dev.kintsugi.healing;

import java.util.regex.Matcher;

/**
 * A line that counts how often a regular expression looks at it and stops one that backtracks
 * without end: hostile output must not be able to hold up a classification. Not thread-safe.
 */
final class MeteredText implements CharSequence {

    /** Looks allowed for one search of one line, per character of the line. */
    static final int LOOKS_PER_CHAR = 64;

    private final String text;
    private final Looks looks;
    private final long allowed;
    private long left;

    MeteredText(String text, Looks looks) {
        this.text = text;
        this.looks = looks;
        this.allowed = Math.min(looks.left, (text.length() + 1L) * LOOKS_PER_CHAR);
        this.left = allowed;
    }

    /** Searches for it; a search that costs more than the text allows counts as not found. */
    boolean has(Matcher matcher) {
        matcher.reset(this);
        try {
            return matcher.find();
        } catch (Exhausted _) {
            return false;
        } finally {
            looks.left -= allowed - Math.max(left, 0);
        }
    }

    @Override
    public char charAt(int index) {
        if (--left < 0) {
            throw Exhausted.INSTANCE;
        }
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
        return text;
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
