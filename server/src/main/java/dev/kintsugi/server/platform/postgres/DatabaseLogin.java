package dev.kintsugi.server.platform.postgres;

/**
 * Where a database is and how to log in.
 *
 * @param url for JDBC, as {@code jdbc:postgresql://host:port/database}
 * @param password kept out of {@link #toString}
 */
public record DatabaseLogin(String url, String user, String password) {

    /** The same server and user, another database. */
    public DatabaseLogin database(String name) {
        return new DatabaseLogin(url.substring(0, url.lastIndexOf('/') + 1) + name, user, password);
    }

    @Override
    public String toString() {
        return user + " at " + url;
    }
}
