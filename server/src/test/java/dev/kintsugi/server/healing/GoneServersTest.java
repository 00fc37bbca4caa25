package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoneServersTest {
    @Test
    void forgetsServersThatWereNotHeardOfForADay() {
        try (var database = TestDatabase.fresh()) {
            for (String home : List.of("25", "23")) {
                database.jdbc()
                        .sql(
                                "insert into server_pulse values (:home, now() - %s * interval '1 hour')"
                                        .formatted(home))
                        .param("home", home)
                        .update();
                database.jdbc()
                        .sql(
                                """
                                insert into server_breaker values ('webhook', :home, 'closed', 0, 0, null, false, 0, 0,
                                    now() - %s * interval '1 hour')
                                """
                                        .formatted(home))
                        .param("home", home)
                        .update();
            }

            new GoneServers(database.jdbc()).forget();

            for (String table : List.of("server_pulse", "server_breaker")) {
                assertThat(
                                database.jdbc()
                                        .sql("select home from " + table)
                                        .query(String.class)
                                        .list())
                        .as(table)
                        .containsExactly("23");
            }
        }
    }
}
