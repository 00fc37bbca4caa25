package dev.kintsugi.server.platform.postgres;

/**
 * Where a database is and how to log in.
 *
 * @param url for JDBC, as {@code jdbc:postgresql://host:port/database}
 * @param password kept out of {@link #toString}, as are the parameters in the URL
 */
public record DatabaseLogin(String url, String user, String password) {

    /** The same server and user, another database. */
    public DatabaseLogin database(String name) {
        return new DatabaseLogin(url.substring(0, url.lastIndexOf('/') + 1) + name, user, password);
    }

    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        return user + " at " + (parameters < 0 ? url : url.substring(0, parameters));
    }
}
