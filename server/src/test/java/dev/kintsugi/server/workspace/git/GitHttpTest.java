package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskInput;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitHttpTest {
    @TempDir Path folder;
    private Bench bench;
    private GitHttpServer http;
    private String base;
    private LeasedTask lease;
    private String result;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", "one\n");
        base = bench.commit("first");
        bench.prepare();
        http = new GitHttpServer(bench, folder);
        lease = http.lease("step", new TaskInput(base, List.of(), List.of()));
        result = bench.result(base, "step", Map.of("a.txt", "two\n"), Map.of());
    }

    @AfterEach
    void end() throws Exception {
        http.close();
    }

    @Test
    void takesAResultUnderTheAttemptsOwnRef() throws Exception {
        assertThat(push(result + ":refs/kintsugi/run-1/step/1").ok()).isTrue();
        assertThat(bench.inRun("rev-parse", "refs/kintsugi/run-1/step/1")).isEqualTo(result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refs/heads/main",
                "refs/kintsugi/run-1/step/2",
                "refs/kintsugi/run-1/other/1",
                "refs/kintsugi/run-2/step/1",
                "refs/kintsugi-source/base",
                "refs/kintsugi-inputs/x",
            })
    void refusesEveryOtherRef(String ref) throws Exception {
        var said = push("+" + result + ":" + ref);

        assertThat(said.ok()).isFalse();
        assertThat(said.error()).contains("this lease may push refs/kintsugi/run-1/step/1");
        assertThat(bench.inRun("for-each-ref", "--format=%(objectname)"))
                .contains(base)
                .doesNotContain(result);
    }

    @Test
    void refusesTwoRefsAtOnceAndDeletions() throws Exception {
        var two = push(result + ":refs/kintsugi/run-1/step/1", result + ":refs/heads/x");
        assertThat(two.ok()).isFalse();
        assertThat(bench.inRun("for-each-ref", "refs/kintsugi", "refs/heads")).isEmpty();

        push(result + ":refs/kintsugi/run-1/step/1");
        var deletion = push(":refs/kintsugi/run-1/step/1");

        assertThat(deletion.ok()).isFalse();
        assertThat(bench.inRun("rev-parse", "refs/kintsugi/run-1/step/1")).isEqualTo(result);
    }

    @Test
    void refusesWhatIsNotAResultOnTheTasksInput() throws Exception {
        var further = bench.result(result, "further", Map.of("a.txt", "3\n"), Map.of());

        for (var commit : List.of(base, further)) {
            var said = push(commit + ":refs/kintsugi/run-1/step/1");

            assertThat(said.ok()).isFalse();
            assertThat(said.error()).contains("not a result on the task's input");
        }
    }

    @Test
    void fetchesByIdAndListsNoRefs() throws Exception {
        var remote = http.address().of("run-1").toString();

        var listed = client().run(Git.LOCAL, "-c", header(lease.lease()), "ls-remote", remote);
        var fetched =
                client().run(
                                Git.LOCAL,
                                "-c",
                                header(lease.lease()),
                                "fetch",
                                remote,
                                base + ":refs/x");

        assertThat(listed.text()).isEmpty();
        assertThat(fetched.ok()).as(fetched.error()).isTrue();
    }

    @Test
    void answersProblemDetailsToThoseWithoutALease() throws Exception {
        var stale = new Lease(lease.task().key(), lease.token() + 1);

        for (var header :
                List.of(
                        "",
                        "Bearer x",
                        "Lease ",
                        "Lease !!!",
                        "Lease eA==",
                        GitHttpServer.header(stale),
                        new LeaseHeader(lease.lease(), "").text(),
                        new LeaseHeader(lease.lease(), "0".repeat(64)).text())) {
            for (var what : List.of("input", "git-upload-pack", "git-receive-pack")) {
                var response = post("/git/run-1/" + what, header);

                assertThat(response.statusCode()).isEqualTo(403);
                assertThat(response.body()).contains("\"code\":\"workspace.stale_lease\"");
            }
        }
        assertThat(post("/git/run-2/input", GitHttpServer.header(lease.lease())).statusCode())
                .isEqualTo(403);
        assertThat(
                        post("/git/run-1/objects/info/packs", GitHttpServer.header(lease.lease()))
                                .statusCode())
                .isEqualTo(404);
        assertThat(post("/git/..%2frun-1/input", GitHttpServer.header(lease.lease())).statusCode())
                .isGreaterThanOrEqualTo(400);
    }

    @Test
    void saysWhatToFetchAndWhyNot() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var y = bench.result(base, "y", Map.of("a.txt", "y\n"), Map.of());
        var torn = http.lease("torn", new TaskInput(base, List.of(x, y), List.of()));

        var fits = post("/git/run-1/input", GitHttpServer.header(lease.lease()));
        var conflict = post("/git/run-1/input", GitHttpServer.header(torn.lease()));

        assertThat(fits.statusCode()).isEqualTo(200);
        assertThat(fits.body()).contains("\"commit\":\"" + base + "\"");
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(conflict.body())
                .contains("\"code\":\"workspace.conflict\"", "\"paths\":[\"a.txt\"]");
    }

    @Test
    void readsBackTheLeaseItWrote() {
        var odd = new Lease("mend:run:step.with:colon:3", 42);

        var header = new LeaseHeader(odd, "proof");
        assertThat(LeaseHeader.parse(header.text())).isEqualTo(Optional.of(header));
    }

    /** Pushes from the run's own repository, which has the objects. */
    private Git.Said push(String... refs) throws InterruptedException {
        var command = new java.util.ArrayList<>(List.of("-c", header(lease.lease()), "push"));
        command.add(http.address().of("run-1").toString());
        command.addAll(List.of(refs));
        return bench.git
                .on(bench.store.folder(bench.run))
                .run(Git.LOCAL, command.toArray(String[]::new));
    }

    private Git.Place client() throws Exception {
        var repository = folder.resolve("client.git");
        Store.create(repository);
        return bench.git.on(repository);
    }

    private static String header(Lease lease) {
        return "http.extraHeader=" + LeaseHeader.NAME + ": " + GitHttpServer.header(lease);
    }

    private HttpResponse<String> post(String path, String header) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(http.address().server() + path))
                        .POST(HttpRequest.BodyPublishers.noBody());
        if (!header.isEmpty()) {
            request.header("Authorization", header);
        }
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
