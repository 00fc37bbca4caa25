package dev.kintsugi.spring;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.detect.DeadLetters;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Calls that failed for the request's own fault.
 *
 * @param kept how many are kept
 * @param dropped how many had to make room
 * @param newestFirst the last {@value #SHOWN}
 */
record DeadLettersReport(int kept, long dropped, List<Letter> newestFirst) {

    /** How many are shown. */
    static final int SHOWN = 100;

    /** One of them. */
    record Letter(
            Instant at,
            String errorId,
            String component,
            String operation,
            @Nullable String requestId,
            String category,
            String reason) {

        static Letter of(DeadLetters.DeadLetter letter) {
            ErrorContext error = letter.error();
            return new Letter(
                    letter.at(),
                    error.errorId(),
                    error.component(),
                    error.operation(),
                    error.requestId(),
                    error.category().name().toLowerCase(Locale.ROOT),
                    letter.reason());
        }
    }

    static DeadLettersReport of(DeadLetters letters) {
        List<DeadLetters.DeadLetter> all = letters.letters();
        return new DeadLettersReport(
                all.size(),
                letters.dropped(),
                all.reversed().stream().limit(SHOWN).map(Letter::of).toList());
    }
}
