package dev.kintsugi.server.integration;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** A platform answered that it did not do what it was asked. */
public final class PlatformRefused extends IOException {
    private static final long serialVersionUID = 1;
    private static final int MAX_SAID = 200;

    private final int statusCode;
    private final TreeMap<String, String> headers;

    PlatformRefused(
            String platform,
            Request request,
            int status,
            TreeMap<String, String> headers,
            String body) {
        super(
                "%s answered %d to %s: %s"
                        .formatted(
                                platform,
                                status,
                                request,
                                body.strip()
                                        .lines()
                                        .findFirst()
                                        .orElse("")
                                        .transform(it ->
                                                it.substring(0, Math.min(it.length(), MAX_SAID)))));
        this.statusCode = status;
        this.headers = headers;
    }

    /** 400 to 599. */
    public int statusCode() {
        return statusCode;
    }

    /** Values by lower-case name. */
    public SortedMap<String, String> headers() {
        return new TreeMap<>(headers);
    }
}
