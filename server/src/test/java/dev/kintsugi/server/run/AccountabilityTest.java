package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What happened cannot be changed unseen, and who did it is known. */
class AccountabilityTest {
    private static final String HELLO = "  - {id: hello, exec: echo hello}\n";
    private static RunHttp http;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void aLogThatWasTamperedWithIsFoundOut() throws Exception {
        var run =
                http.submit("plan: 1\nname: sealed\nsteps:\n" + HELLO)
                        .json()
                        .path("run")
                        .asString();
        http.ended(run);
        var verify = "/api/v1/runs/%s/verify".formatted(run);
        var before = http.get(verify);

        var changed =
                http.server()
                        .execute(
                                """
                                update run_event set body = convert_to(
                                    replace(convert_from(body, 'UTF8'), '"v4"', '"v3"'), 'UTF8')
                                where run_id = ? and seq = 1
                                """,
                                run);

        assertThat(changed).isEqualTo(1);
        assertThat(before.json().has("problem")).as(before.text()).isFalse();
        assertThat(before.json().path("events").asLong()).isGreaterThan(1);
        assertThat(http.get(verify).json().path("problem").asString())
                .isEqualTo("event 1 is not what was written");
        assertProblem(http.get("/api/v1/runs/r-none/verify"), 404, "not_found");
    }

    @Test
    void whoChangedWhatIsWrittenDownAndNoLookIs() throws Exception {
        var server = http.server();
        var run =
                http.submit("plan: 1\nname: watched\nsteps:\n" + HELLO)
                        .json()
                        .path("run")
                        .asString();
        http.ended(run);
        server.post("/api/v1/runs/%s/cancel".formatted(run), server.key(), "{}");
        server.post("/api/v1/runs/r-none/cancel", server.key(), "{}");
        var other = server.post("/api/v1/tenants", server.key(), "{\"name\":\"unwatched\"}");

        var trail = server.get("/api/v1/audit?limit=3", server.key()).json();

        assertThat(trail.valueStream().map(entry -> entry.path("action").asString()))
                .containsExactly(
                        "POST /api/v1/tenants",
                        "POST /api/v1/runs/%s/cancel".formatted(run),
                        "POST /api/v1/runs");
        assertThat(trail.path(0).path("key").asString()).isNotEmpty();
        var theirs = other.json().path("api_key").asString();
        assertThat(server.get("/api/v1/audit", theirs).json()).isEmpty();
        assertProblem(server.get("/api/v1/audit?limit=0", server.key()), 400, "bad_input");
    }
}
