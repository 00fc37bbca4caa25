package dev.kintsugi.healing;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How long an HTTP reply asks to wait (RFC 9110 §10.2.3): seconds, or a date. A date is compared
 * with the reply's own {@code Date} header, so that no clock is needed and none can be wrong;
 * without that header it says nothing.
 */
final class RetryAfter {

    /** Longer waits are cut to this. */
    static final Duration MAX = Duration.ofDays(1);

    /** The headers that say so, in lower case. */
    static final List<String> HEADERS = List.of("retry-after", "date", "x-ratelimit-reset");

    private RetryAfter() {}

    /**
     * @param headers header values by lower-case name
     */
    static @Nullable Duration of(SortedMap<String, String> headers) {
        Duration wait = seconds(headers.get("retry-after"));
        if (wait != null) {
            return wait;
        }
        Instant sent = date(headers.get("date"));
        Instant until = date(headers.get("retry-after"));
        if (until == null) {
            until = epoch(headers.get("x-ratelimit-reset"));
        }
        return sent == null || until == null ? null : bounded(Duration.between(sent, until));
    }

    /** Seconds, with or without a fraction; null when it is no such number. */
    static @Nullable Duration seconds(@Nullable String value) {
        if (value == null || !value.strip().matches("[0-9]{1,9}(\\.[0-9]{1,3})?")) {
            return null;
        }
        return bounded(Duration.ofMillis(Math.round(Double.parseDouble(value.strip()) * 1000)));
    }

    private static @Nullable Instant date(@Nullable String value) {
        try {
            return value == null
                    ? null
                    : ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static @Nullable Instant epoch(@Nullable String value) {
        return value == null || !value.matches("[0-9]{9,11}")
                ? null
                : Instant.ofEpochSecond(Long.parseLong(value));
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MAX) > 0 ? MAX : wait;
    }
}
