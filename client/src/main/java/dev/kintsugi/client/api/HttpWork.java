package dev.kintsugi.client.api;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkWire.Asked;
import dev.kintsugi.client.task.WorkWire.Beat;
import dev.kintsugi.client.task.WorkWire.Given;
import dev.kintsugi.client.task.WorkWire.GivenBack;
import dev.kintsugi.client.task.WorkWire.Handed;
import dev.kintsugi.client.task.WorkWire.HandedIn;
import dev.kintsugi.client.task.WorkWire.Leaving;
import dev.kintsugi.client.task.WorkWire.Logged;
import dev.kintsugi.client.task.WorkWire.Lost;
import dev.kintsugi.client.task.WorkWire.Offer;
import dev.kintsugi.client.task.WorkWire.Reported;
import dev.kintsugi.client.task.WorkWire.Stored;
import dev.kintsugi.client.task.WorkWire.Terms;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** The worker protocol over HTTP. */
final class HttpWork implements WorkConnection {
    /** Longer than a request for work may wait at the server. */
    static final Duration LONG_PATIENCE = Duration.ofSeconds(45);

    /** Well below a lease: a heartbeat into a dead network must fail before the lease does. */
    static final Duration SHORT_PATIENCE = Duration.ofSeconds(8);

    private static final String STALE = "stale_lease";

    private final Exchange patient;
    private final Exchange brisk;
    private final Map<Lease, Handed> handed = new ConcurrentHashMap<>();

    HttpWork(Exchange patient, Exchange brisk) {
        this.patient = patient;
        this.brisk = brisk;
    }

    @Override
    public Terms register(Offer offer) {
        return brisk.read(post("register", offer), Terms.class);
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        return taken(patient.read(post("lease", asked(request)), Given.class));
    }

    private List<LeasedTask> taken(Given given) {
        for (var task : given.tasks()) {
            var lease = task.lease();
            handed.keySet()
                    .removeIf(old -> old.key().equals(lease.key()) && old.token() < lease.token());
            handed.put(lease, task);
        }
        return given.tasks().stream()
                .map(task ->
                        new LeasedTask(
                                task.task(), task.queue(), task.lease().token(), task.expiresAt()))
                .toList();
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> leases) {
        var beat = new Beat(worker, leases, Map.of());
        var lost = brisk.read(post("heartbeat", beat), Lost.class).lost();
        lost.forEach(gone -> handed.remove(gone.lease()));
        return lost;
    }

    @Override
    public void progress(String worker, Lease lease, String text) {
        var beat = new Beat(worker, List.of(lease), Map.of(lease.key(), line(text)));
        brisk.bytes(post("heartbeat", beat));
    }

    /** On one line, as the server wants it: it is shown on screens. */
    private static String line(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        var reported =
                new Reported(lease, result, null, next.max() == 0 ? null : asked(next), null);
        try {
            var given = patient.read(post("complete", reported), Given.class);
            handed.remove(lease);
            return taken(given);
        } catch (ApiException e) {
            throw refused(lease, e);
        }
    }

    @Override
    public void leave(String worker) {
        brisk.bytes(post("leave", new Leaving(worker)));
    }

    @Override
    public void release(String worker, Lease lease, boolean started, String reason) {
        handed.remove(lease);
        try {
            brisk.bytes(post("release", new GivenBack(worker, lease, started, line(reason))));
        } catch (ApiException e) {
            if (!e.code().equals(STALE)) {
                throw e;
            }
        }
    }

    @Override
    public void receipt(Lease lease, String receipt) {
        try {
            brisk.bytes(post("receipt", new HandedIn(lease, receipt)));
        } catch (ApiException e) {
            throw refused(lease, e);
        }
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        try {
            brisk.bytes(post("log", new Logged(lease, offset, bytes)));
        } catch (ApiException e) {
            throw stale(lease, e);
        }
    }

    @Override
    public String keep(byte[] content) {
        var request =
                patient.request("/api/v1/work/blobs")
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build();
        return patient.read(request, Stored.class).hash();
    }

    @Override
    public byte[] content(String hash) {
        return patient.bytes(patient.get("/api/v1/work/blobs/" + hash));
    }

    @Override
    public String proof(Lease lease) {
        var task = handed.get(lease);
        return task == null ? "" : task.proof();
    }

    @Override
    public JsonNode input(Lease lease) {
        var task = handed.get(lease);
        return task == null || task.input() == null ? Json.mapper().nullNode() : task.input();
    }

    @Override
    public void close() {
        patient.close();
        brisk.close();
    }

    private HttpRequest post(String what, Object body) {
        return (what.equals("lease") || what.equals("complete") ? patient : brisk)
                .post("/api/v1/work/" + what, body);
    }

    private static Asked asked(LeaseRequest request) {
        return new Asked(
                request.worker(),
                request.slots(),
                request.kinds(),
                request.agents(),
                request.max(),
                request.patience().toMillis());
    }

    /** A report that was refused for what it says, not because of the time it came at. */
    private RuntimeException refused(Lease lease, ApiException e) {
        return switch (e.status()) {
            case 400, 413, 415, 422 -> new RefusedReportException(e.detail(), e);
            default -> stale(lease, e);
        };
    }

    private RuntimeException stale(Lease lease, ApiException e) {
        if (!e.code().equals(STALE)) {
            return e;
        }
        handed.remove(lease);
        return new StaleLeaseException(lease);
    }
}
