package dev.kintsugi.server.healing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What servers left behind that were not heard of for a day. A server in a container has a fresh
 * home, and so a row of its own, at each start. One that comes back later begins anew.
 */
final class GoneServers {
    private final JdbcClient jdbc;

    GoneServers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void forget() {
        for (String rows : List.of("server_breaker where heard_at", "server_pulse where at")) {
            jdbc.sql("delete from " + rows + " < clock_timestamp() - interval '1 day'").update();
        }
    }
}
