package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds which of many words occur in a line, in one pass over it and without regard to case: each
 * word is found by three of its characters, the rarest among all words, and then compared whole.
 */
final class WordIndex {

    private static final int SLOTS = 1 << 12;
    private static final int CODE_MASK = (1 << 21) - 1;

    /**
     * @param code the three characters, 7 bits each
     * @param offset where in the word they stand
     * @param owner whose word it is
     * @param next the next word of the same slot; -1 for none
     */
    private record Entry(int code, int offset, String word, int owner, int next) {}

    private final List<Entry> entries = new ArrayList<>();
    private final int[] slots = new int[SLOTS];

    /**
     * @param wordsOf words of at least three characters, in lower case, by owner
     */
    WordIndex(Map<Integer, List<String>> wordsOf) {
        Arrays.fill(slots, -1);
        var frequency = new HashMap<Integer, Integer>();
        for (List<String> words : wordsOf.values()) {
            for (String word : words) {
                for (int i = 0; i + 3 <= word.length(); i++) {
                    frequency.merge(code(word, i), 1, Integer::sum);
                }
            }
        }
        wordsOf.forEach((owner, words) -> words.forEach(word -> add(owner, word, frequency)));
    }

    private void add(int owner, String word, Map<Integer, Integer> frequency) {
        int best = 0;
        for (int i = 1; i + 3 <= word.length(); i++) {
            if (frequency.getOrDefault(code(word, i), 0)
                    < frequency.getOrDefault(code(word, best), 0)) {
                best = i;
            }
        }
        int code = code(word, best);
        int slot = slot(code);
        entries.add(new Entry(code, best, word, owner, slots[slot]));
        slots[slot] = entries.size() - 1;
    }

    /** Adds the owners of all words that occur in the line. */
    void find(String line, BitSet owners) {
        int code = 0;
        for (int i = 0; i < line.length(); i++) {
            code = (code << 7 | lower(line.charAt(i))) & CODE_MASK;
            for (int e = i < 2 ? -1 : slots[slot(code)]; e >= 0; e = entries.get(e).next()) {
                Entry entry = entries.get(e);
                if (entry.code() == code && !owners.get(entry.owner())) {
                    int start = i - 2 - entry.offset();
                    String word = entry.word();
                    if (line.regionMatches(true, start, word, 0, word.length())) {
                        owners.set(entry.owner());
                    }
                }
            }
        }
    }

    private static int code(String word, int at) {
        return lower(word.charAt(at)) << 14
                | lower(word.charAt(at + 1)) << 7
                | lower(word.charAt(at + 2));
    }

    private static int lower(char c) {
        return (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) & 0x7f;
    }

    private static int slot(int code) {
        return code * 0x9E3779B1 >>> 32 - 12;
    }
}
