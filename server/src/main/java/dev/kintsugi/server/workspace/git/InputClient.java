package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.workspace.ServerGit;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;

/** Asks the server for what a leased task is to begin with. */
final class InputClient {
    private static final Duration TO_CONNECT = Duration.ofSeconds(10);

    /** Merging a large input takes the server a while. */
    private static final Duration TO_ANSWER = Duration.ofMinutes(5);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TO_CONNECT)
                    .build();

    InputReply ask(ServerGit server, LeasedTask leased) throws InterruptedException {
        var address = URI.create(server.of(leased.task().run()) + "/input");
        var header = new LeaseHeader(leased.lease(), server.proof().apply(leased.lease()));
        var request =
                HttpRequest.newBuilder(address)
                        .timeout(TO_ANSWER)
                        .header(LeaseHeader.NAME, header.text())
                        .POST(BodyPublishers.noBody())
                        .build();
        try {
            var response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() == 200) {
                return Json.mapper().readValue(response.body(), InputReply.class);
            }
            throw refused(response, leased);
        } catch (IOException | JacksonException e) {
            throw new WorkspaceException(
                    Code.GIT_FAILED, "cannot ask %s for the input: %s".formatted(address, e), e);
        }
    }

    private static WorkspaceException refused(HttpResponse<byte[]> response, LeasedTask leased) {
        var status = response.statusCode();
        if (status == 403) {
            return stale(leased);
        }
        if (status == 409) {
            var problem = Json.mapper().readValue(response.body(), Problem.class);
            return new WorkspaceException(Code.CONFLICT, problem.detail());
        }
        return new WorkspaceException(
                Code.GIT_FAILED,
                "the server answered %d when asked for the input of %s"
                        .formatted(status, leased.task().key()));
    }

    static WorkspaceException stale(LeasedTask leased) {
        return new WorkspaceException(
                Code.STALE_LEASE,
                "the lease of %s with token %d is no longer current: its work is not counted"
                        .formatted(leased.task().key(), leased.token()));
    }
}
