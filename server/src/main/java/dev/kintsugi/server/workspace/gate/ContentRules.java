package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.secret.SecretPatterns;
import org.jspecify.annotations.Nullable;

/** What the text of a file may become. */
final class ContentRules {
    /** Largest file a patch may leave, in UTF-16 units. */
    static final int MAX_LENGTH = 1024 * 1024;

    /** Longest line a patch may add. */
    static final int MAX_LINE = 5_000;

    /** A file of more lines than this may not lose more than half of them. */
    static final int SMALL_FILE_LINES = 20;

    private ContentRules() {}

    /** Checks what is cheap to check before the texts are compared. */
    static void checkWhole(String path, @Nullable String before, String after, Findings findings) {
        if (!GitText.isText(after)) {
            findings.add("binary", path, "the new content is not UTF-8 text");
        }
        if (after.length() > MAX_LENGTH) {
            findings.add("too-large", path, "the file would exceed " + MAX_LENGTH + " characters");
        }
        if (before != null && !before.isBlank() && after.isBlank()) {
            findings.add("emptied", path, "nothing of the file remains");
        }
        if (mixed(after) && (before == null || !mixed(before))) {
            findings.add("line-ends", path, "CRLF and LF would be mixed");
        }
        if (bareReturns(after) > (before == null ? 0 : bareReturns(before))) {
            findings.add("line-ends", path, "a carriage return within a line hides what follows");
        }
    }

    static void checkChange(String path, TextDiff diff, Findings findings) {
        for (String line : diff.addedLines()) {
            if (line.length() > MAX_LINE) {
                findings.add("line-length", path, "an added line exceeds " + MAX_LINE);
            } else if (SecretPatterns.find(line).isPresent()) {
                findings.add("secret", path, "an added line holds what looks like a secret");
            }
            if (line.chars().anyMatch(ContentRules::reorders)) {
                findings.add("bidi", path, "an added line holds characters that reorder text");
            }
        }
    }

    static void checkLoss(String path, int lines, TextDiff diff, Findings findings) {
        if (lines > SMALL_FILE_LINES && (diff.removed() - diff.added()) * 2 > lines) {
            findings.add("gutted", path, "more than half of the file's lines would go");
        }
    }

    private static boolean reorders(int c) {
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x061C;
    }

    private static boolean mixed(String text) {
        boolean windows = text.contains("\r\n");
        for (int i = text.indexOf('\n'); windows && i >= 0; i = text.indexOf('\n', i + 1)) {
            if (i == 0 || text.charAt(i - 1) != '\r') {
                return true;
            }
        }
        return false;
    }

    private static int bareReturns(String text) {
        int count = 0;
        for (int i = text.indexOf('\r'); i >= 0; i = text.indexOf('\r', i + 1)) {
            if (i + 1 == text.length() || text.charAt(i + 1) != '\n') {
                count++;
            }
        }
        return count;
    }
}
