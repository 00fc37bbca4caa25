package dev.kintsugi.client.plan;

import java.util.Collection;
import java.util.Optional;

/**
 * Finds what somebody probably meant to write, for one plan. Each search costs time for each
 * candidate, and a plan can hold many mistakes: searching ends for good at a limit.
 */
final class Nearest {
    /** Most candidates looked at for one plan: all steps of the largest plan five times. */
    static final int MAX_LOOKED_AT = 5 * Plan.MAX_STEPS;

    /** Names longer than this are compared by no more than their length. */
    private static final int MAX_LENGTH = 64;

    private int lookedAt;

    /** How many candidates were looked at so far. */
    int lookedAt() {
        return lookedAt;
    }

    /** {@code ; did you mean "test"?}, or nothing when no candidate is near. */
    String hint(String written, Collection<String> candidates) {
        return to(written, candidates).map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }

    /** The nearest candidate: at most one edit for every three letters, and at least one. */
    private Optional<String> to(String written, Collection<String> candidates) {
        String nearest = null;
        int best = Math.max(1, written.length() / 3) + 1;
        for (String candidate : candidates) {
            if (lookedAt == MAX_LOOKED_AT) {
                break;
            }
            lookedAt++;
            if (Math.abs(candidate.length() - written.length()) < best
                    && Math.max(candidate.length(), written.length()) <= MAX_LENGTH) {
                int distance = distance(written, candidate);
                if (distance < best) {
                    best = distance;
                    nearest = candidate;
                }
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Edits between two words where swapping neighbours is one edit (Damerau 1964). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                char x = Character.toLowerCase(a.charAt(i - 1));
                char y = Character.toLowerCase(b.charAt(j - 1));
                int swapped =
                        i > 1
                                        && j > 1
                                        && x == Character.toLowerCase(b.charAt(j - 2))
                                        && y == Character.toLowerCase(a.charAt(i - 2))
                                ? d[i - 2][j - 2] + 1
                                : Integer.MAX_VALUE;
                int replaced = d[i - 1][j - 1] + (x == y ? 0 : 1);
                int inserted = Math.min(d[i - 1][j], d[i][j - 1]) + 1;
                d[i][j] = Math.min(swapped, Math.min(replaced, inserted));
            }
        }
        return d[a.length()][b.length()];
    }
}
