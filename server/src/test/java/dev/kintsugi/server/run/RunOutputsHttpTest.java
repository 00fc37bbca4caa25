package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What runs leave, over HTTP: logs, outputs, artifacts and other contents. */
class RunOutputsHttpTest {
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
    void keepsTheFilesThatStepsNameAsArtifacts() {
        var run =
                http.run(
                        """
                          - {id: a, exec: 'mkdir out && echo hello > out/x.txt && ln -s /etc/passwd out/y', artifacts: ["out/**"]}
                          - {id: b, needs: [a], exec: 'echo why > log.txt; exit 3', artifacts: ["*.txt"]}
                        """);
        http.reached(run, "failed");
        var listed = http.get("/api/v1/runs/%s/artifacts".formatted(run)).json();
        var path = "/api/v1/blobs/" + listed.path(0).path("hash").asString();

        assertThat(listed.valueStream().map(one -> one.path("name").asString()))
                .containsExactly("out/x.txt", "log.txt");
        assertThat(http.get(path).text()).isEqualTo("hello\n");
        assertThat(http.get("/api/v1/runs/%s/artifacts?step=b".formatted(run)).json().size())
                .isEqualTo(1);
        assertProblem(
                http.get("/api/v1/runs/%s/artifacts?step=c".formatted(run)), 404, "not_found");
        var other = http.as("artifacts-of-nobody");
        assertProblem(other.get("/api/v1/runs/%s/artifacts".formatted(run)), 404, "not_found");
        assertProblem(other.get(path), 404, "not_found");
    }

    @Test
    void givesALogInPiecesThatNeverCutACharacter() {
        var run =
                http.run(
                        "  - {id: say, exec: \"i=0; while [ $i -lt 30000 ]; do printf 'äöü€';"
                                + " i=$((i+1)); done\"}\n");
        http.ended(run);

        var text = new StringBuilder();
        long offset = 0;
        JsonNode piece;
        do {
            piece =
                    http.get("/api/v1/runs/%s/steps/say/log?offset=%d".formatted(run, offset))
                            .json();
            text.append(piece.path("text").asString());
            offset = piece.path("next").asLong();
        } while (!piece.path("ended").asBoolean());

        // after the line that says how the step is kept apart
        assertThat(text.substring(text.indexOf("\n") + 1)).isEqualTo("äöü€".repeat(30_000));
        var log = "/api/v1/runs/%s/steps/".formatted(run);
        assertProblem(http.get(log + "nothing/log"), 404, "not_found");
        assertProblem(http.get(log + "say/log?attempt=2"), 404, "not_found");
        assertProblem(http.get(log + "say/log?offset=-1"), 400, "bad_input");
        assertProblem(http.get(log + "say/log?kind=undo"), 404, "not_found");
        assertProblem(http.get(log + "say/log?kind=deliver"), 400, "bad_input");
    }

    @Test
    void aContentIsItsTenantsAlone() {
        var run = http.run("  - {id: tell, exec: \"echo '{}' > $KINTSUGI_OUTPUT\"}\n");
        http.ended(run);

        var output = http.timeline(run).path(1).path("event").path("output").asString();

        assertThat(http.get("/api/v1/blobs/" + output).text()).isEqualTo("{}");
        assertProblem(http.as("outsider").get("/api/v1/blobs/" + output), 404, "not_found");
    }

    @Test
    void anOutputPastItsLimitFailsTheStep() {
        var run =
                http.run(
                        "  - {id: big, exec: \"(printf '\\\"'; head -c 1048576 /dev/zero | tr"
                                + " '\\\\0' x; printf '\\\"') > $KINTSUGI_OUTPUT\"}\n");

        var ended = http.ended(run);

        assertThat(ended.path("status").asString()).isEqualTo("failed");
        assertThat(ended.path("steps").path(0).path("failure").asString()).contains("1 MiB");
    }
}
