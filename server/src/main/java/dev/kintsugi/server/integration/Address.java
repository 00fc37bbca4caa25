package dev.kintsugi.server.integration;

import java.net.URI;
import java.util.Locale;

/**
 * Where a platform is.
 *
 * @param path before those of requests; empty, or begins with / and does not end so
 */
record Address(String scheme, String host, int port, String path) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * What is the same place is equal, however it is written.
     *
     * @throws IllegalArgumentException without showing the address, as it may hold a token
     */
    static Address of(URI given) {
        String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
        boolean plain =
                given.getUserInfo() == null
                        && given.getRawQuery() == null
                        && given.getRawFragment() == null;
        if (given.getHost() == null
                || !plain
                || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "address must be http://host… or https://host…, without user, query and fragment");
        }
        int usual = scheme.equals("https") ? HTTPS : HTTP;
        return new Address(
                scheme,
                given.getHost().toLowerCase(Locale.ROOT),
                given.getPort() < 0 ? usual : given.getPort(),
                given.normalize().getRawPath().replaceFirst("/+$", ""));
    }

    @Override
    public String toString() {
        return "%s://%s:%d%s".formatted(scheme, host, port, path);
    }
}
