package dev.kintsugi.server.integration;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a platform.
 *
 * @param path from the platform's address on, such as {@code /user?page=2}
 * @param headers among them credentials, which is why {@link #toString} does not show them
 * @param body null for none
 * @param repeatable whether it does no harm to send it twice
 */
public record Request(
        String method,
        String path,
        SortedMap<String, String> headers,
        @Nullable String body,
        boolean repeatable) {

    public Request {
        Objects.requireNonNull(method, "method");
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path must begin with /, was " + path);
        }
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }

    public static Request get(String path) {
        return new Request("GET", path, Collections.emptySortedMap(), null, true);
    }

    /** Sent once only, unless it is made {@link #harmlessTwice}. */
    public static Request post(String path, String json) {
        return new Request("POST", path, Collections.emptySortedMap(), json, false)
                .header("Content-Type", "application/json");
    }

    public Request header(String name, String value) {
        var more = new TreeMap<>(headers);
        more.put(name, value);
        return new Request(method, path, more, body, repeatable);
    }

    /** Does no harm when it is sent twice, such as a query, or one that has an idempotency key. */
    public Request harmlessTwice() {
        return new Request(method, path, headers, body, true);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
