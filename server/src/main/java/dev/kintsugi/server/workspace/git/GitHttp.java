package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.Inputs;
import dev.kintsugi.server.workspace.Inputs.Conflict;
import dev.kintsugi.server.workspace.Inputs.Merged;
import dev.kintsugi.server.workspace.LeaseCheck;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

/**
 * Git's smart HTTP protocol for workers, below {@code /git/<run>}, and {@code POST
 * /git/<run>/input}, which says what to fetch. Each request carries a lease; it reads the run's
 * repository and writes the lease's own result, nothing else.
 */
final class GitHttp extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** Largest push, in bytes: a result and what packing adds. */
    static final long MAX_PUSH_BYTES = 576L << 20;

    /** Largest body after it was unpacked: a push and its commands. */
    static final long MAX_BODY_BYTES = MAX_PUSH_BYTES + (1L << 20);

    private static final int MAX_COMMAND_BYTES = 64 * 1024;

    private static final Pattern PATH =
            Pattern.compile(
                    "/([A-Za-z0-9_-]{1,100})/(info/refs|git-upload-pack|git-receive-pack|input)");
    private static final String UPLOAD = "git-upload-pack";
    private static final String RECEIVE = "git-receive-pack";

    private final transient Store store;
    private final transient Inputs inputs;
    private final transient LeaseCheck leases;

    GitHttp(Store store, Inputs inputs, LeaseCheck leases) {
        this.store = store;
        this.inputs = inputs;
        this.leases = leases;
    }

    /** One request by the holder of a lease. */
    private record Call(
            Task task,
            LeaseHeader lease,
            Repository repository,
            HttpServletRequest request,
            HttpServletResponse response) {

        InputStream body() throws IOException {
            var stream = request.getInputStream();
            return "gzip".equals(request.getHeader("Content-Encoding"))
                    ? new BoundedStream(new GZIPInputStream(stream), MAX_BODY_BYTES)
                    : stream;
        }

        void answerAs(String contentType) {
            response.setContentType("application/x-" + contentType);
            response.setHeader("Cache-Control", "no-cache, no-store");
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var path = PATH.matcher(String.valueOf(request.getPathInfo()));
        if (!path.matches()) {
            Problem.of(404, "http.not_found", "there is nothing here").sendTo(response);
            return;
        }
        var lease = LeaseHeader.parse(request.getHeader(LeaseHeader.NAME));
        var task = lease.flatMap(l -> leases.check(path.group(1), l.lease(), l.proof()));
        if (lease.isEmpty() || task.isEmpty() || !task.get().run().equals(path.group(1))) {
            Problem.of(
                            403,
                            Code.STALE_LEASE.rule(),
                            "the lease given is not, or no longer, current")
                    .sendTo(response);
            return;
        }
        try (var repository = store.open(RunRepository.of(task.get()))) {
            var call = new Call(task.get(), lease.get(), repository, request, response);
            route(call, request.getMethod() + " " + path.group(2));
        } catch (WorkspaceException e) {
            Problem.of(404, e.code().rule(), String.valueOf(e.getMessage())).sendTo(response);
        }
    }

    private void route(Call call, String what) throws IOException {
        switch (what) {
            case "GET info/refs" -> advertise(call);
            case "POST git-upload-pack" -> upload(call);
            case "POST git-receive-pack" -> receive(call);
            case "POST input" -> input(call);
            default ->
                    Problem.of(405, "http.method_not_allowed", what + " is not to be had")
                            .sendTo(call.response());
        }
    }

    private void advertise(Call call) throws IOException {
        var service = String.valueOf(call.request().getParameter("service"));
        if (!service.equals(UPLOAD) && !service.equals(RECEIVE)) {
            Problem.of(403, "http.forbidden", "only the smart protocol is spoken here")
                    .sendTo(call.response());
            return;
        }
        call.answerAs(service + "-advertisement");
        var out = new PacketLineOut(call.response().getOutputStream());
        if (service.equals(UPLOAD)) {
            try (var pack = uploadPack(call)) {
                pack.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out), UPLOAD);
            }
        } else {
            out.writeString("# service=" + RECEIVE + "\n");
            out.end();
            receivePack(call).sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out));
        }
    }

    private void upload(Call call) throws IOException {
        call.answerAs(UPLOAD + "-result");
        try (var pack = uploadPack(call)) {
            pack.upload(call.body(), call.response().getOutputStream(), null);
        }
    }

    private void receive(Call call) throws IOException {
        call.answerAs(RECEIVE + "-result");
        receivePack(call).receive(call.body(), call.response().getOutputStream(), null);
    }

    private static UploadPack uploadPack(Call call) {
        var pack = new UploadPack(call.repository());
        pack.setBiDirectionalPipe(false);
        pack.setRequestPolicy(UploadPack.RequestPolicy.ANY); // inputs are asked for by their ids
        pack.setRefFilter(_ -> Map.of());
        var protocol = call.request().getHeader("Git-Protocol");
        if (protocol != null) {
            pack.setExtraParameters(List.of(protocol.split(":")));
        }
        return pack;
    }

    private ReceivePack receivePack(Call call) throws IOException {
        var pack = new ReceivePack(call.repository());
        pack.setBiDirectionalPipe(false);
        pack.setAllowDeletes(false);
        pack.setAllowNonFastForwards(true); // an attempt that was done again replaces its result
        pack.setAtomic(true);
        pack.setCheckReceivedObjects(true);
        pack.setMaxPackSizeLimit(MAX_PUSH_BYTES);
        pack.setMaxCommandBytes(MAX_COMMAND_BYTES);
        var ref = AttemptName.ref(call.task());
        var before = call.repository().exactRef(ref);
        var refs = before == null ? Map.<String, Ref>of() : Map.of(ref, before);
        pack.setAdvertisedRefs(refs, java.util.Set.of(inputOf(call)));
        pack.setPreReceiveHook(new ResultHook(ref, inputOf(call), () -> isCurrent(call)));
        return pack;
    }

    private boolean isCurrent(Call call) {
        return leases.check(call.task().run(), call.lease().lease(), call.lease().proof())
                .isPresent();
    }

    private ObjectId inputOf(Call call) {
        return switch (merge(call)) {
            case Merged(var commit) -> ObjectId.fromString(commit);
            case Conflict conflict ->
                    throw new WorkspaceException(Code.CONFLICT, conflict.message());
        };
    }

    private Inputs.Merge merge(Call call) {
        var input = call.task().input();
        if (input == null) {
            throw new WorkspaceException(
                    Code.NOT_A_REPOSITORY, call.task().key() + " has no workspace");
        }
        return inputs.of(RunRepository.of(call.task()), input);
    }

    private void input(Call call) throws IOException {
        switch (merge(call)) {
            case Merged(var commit) -> {
                var source =
                        call.repository()
                                .getConfig()
                                .getString(
                                        SourceRepositories.CONFIG_SECTION,
                                        null,
                                        SourceRepositories.CONFIG_SOURCE);
                call.response().setContentType("application/json");
                call.response()
                        .getOutputStream()
                        .write(
                                Json.mapper()
                                        .writeValueAsBytes(
                                                new InputReply(commit, String.valueOf(source))));
            }
            case Conflict conflict ->
                    new Problem(
                                    "about:blank",
                                    409,
                                    Code.CONFLICT.rule(),
                                    conflict.message(),
                                    conflict.paths())
                            .sendTo(call.response());
        }
    }
}
