package dev.kintsugi.server.run.machine;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a {@code once} step's effect under its present effect key.
 *
 * @param receipt what the outside system answered; null when nobody said
 * @param failed the attempt that failed without saying whether it took effect; 0 for none
 * @param asked the attempt that the step's own command was asked about; 0 for none
 * @param absent the attempt of which is known that it did not take effect; 0 for none
 */
public record Once(@Nullable String receipt, int failed, int asked, int absent) {
    static final Once UNTOUCHED = new Once(null, 0, 0, 0);

    Once receipted(String text) {
        return new Once(text, failed, asked, absent);
    }

    Once failed(int attempt) {
        return new Once(receipt, attempt, asked, absent);
    }

    Once asked(int attempt) {
        return new Once(receipt, failed, attempt, absent);
    }

    Once absent(int attempt) {
        return new Once(receipt, failed, asked, attempt);
    }
}
