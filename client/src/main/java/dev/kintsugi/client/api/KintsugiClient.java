package dev.kintsugi.client.api;

import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.healing.time.Pause;
import dev.kintsugi.healing.time.TimeAndChance;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to a Kintsugi server. Safe for many threads. Every call throws {@link ApiException} when
 * it does not succeed; a call that takes longer than 30 s is given up.
 *
 * <pre>{@code
 * try (var kintsugi = KintsugiClient.of(URI.create("http://127.0.0.1:8787"), key)) {
 *     var run = kintsugi.submit(Submission.of(plan));
 *     try (var events = kintsugi.events(run.run(), 0)) {
 *         ...
 *     }
 * }
 * }</pre>
 */
public final class KintsugiClient implements AutoCloseable {
    /** Whichever attempt of a step is the latest. */
    public static final int LATEST_ATTEMPT = 0;

    private static final String OWN_KEYS = "/api/v1/keys";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Exchange exchange;
    private final Pause pause;

    KintsugiClient(URI server, @Nullable String key, Duration patience, Pause pause) {
        this.exchange = new Exchange(server, key, patience, pause);
        this.pause = pause;
    }

    /**
     * A client of the server there.
     *
     * @param server scheme, host and port, perhaps with the path that a proxy puts before the API
     * @param key the tenant's API key; null for calls that need none
     */
    public static KintsugiClient of(URI server, @Nullable String key) {
        return within(PATIENCE, server, key);
    }

    /** As {@link #of}, giving up a call after the time given. */
    public static KintsugiClient within(Duration patience, URI server, @Nullable String key) {
        return new KintsugiClient(base(server), key, patience, TimeAndChance.real().pause());
    }

    private static URI base(URI server) {
        var text = server.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : server;
    }

    /**
     * A worker's connection to the server there. Its key needs the scope {@code work}.
     *
     * @param server as for {@link #of}
     */
    public static WorkConnection work(URI server, String key) {
        var base = base(server);
        return new HttpWork(
                new Exchange(base, key, HttpWork.LONG_PATIENCE, TimeAndChance.real().pause()),
                new Exchange(base, key, HttpWork.SHORT_PATIENCE, TimeAndChance.real().pause()));
    }

    /** Hands in a plan; the run is durable when this returns. */
    public RunView submit(Submission submission) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("directory", submission.directory());
        query.put("ladder", submission.ladder() == null ? null : lower(submission.ladder()));
        query.put("parent", submission.parent());
        var request =
                exchange.request("/api/v1/runs" + query(query))
                        .header("Content-Type", submission.contentType())
                        .POST(BodyPublishers.ofString(submission.body()));
        if (submission.idempotencyKey() != null) {
            request.header("Idempotency-Key", submission.idempotencyKey());
        }
        return exchange.read(request.build(), RunView.class);
    }

    /** A page of runs, newest first. */
    public RunPage runs(RunQuery asked) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("status", asked.status() == null ? null : lower(asked.status()));
        query.put("limit", Integer.toString(asked.limit()));
        query.put("after", asked.after());
        return exchange.read(exchange.get("/api/v1/runs" + query(query)), RunPage.class);
    }

    public RunView run(String run) {
        return exchange.read(exchange.get(path(run)), RunView.class);
    }

    /**
     * The run's live stream.
     *
     * @param after seq of the last entry known; 0 for all
     */
    public EventStream events(String run, long after) {
        var path = path(run) + "/events";
        return new EventStream(exchange, path, after, pause, EventStream.MAX_SILENCE);
    }

    /** The whole timeline as of now, asked for page by page. */
    public List<TimelineEntry> timeline(String run) {
        var entries = new ArrayList<TimelineEntry>();
        Long next = 0L;
        while (next != null) {
            long after = next;
            var page =
                    exchange.read(
                            exchange.get(meta(run) + "/timeline?after=" + after),
                            TimelinePage.class);
            entries.addAll(page.entries());
            // a server that does not go on would have the same page asked for without end
            next = page.next() != null && page.next() > after ? page.next() : null;
        }
        return entries;
    }

    /**
     * A piece of a step's output.
     *
     * @param attempt 1 for the first, or {@link #LATEST_ATTEMPT}
     * @param offset in bytes; 0 for the start
     */
    public LogChunk log(String run, String step, int attempt, long offset) {
        return log(run, step, "step", attempt, offset);
    }

    /**
     * A piece of what was written by work about a step.
     *
     * @param kind {@code step}, {@code recheck}, {@code undo} or {@code mend}
     * @param attempt {@link #LATEST_ATTEMPT} for the latest of this kind
     * @param offset in bytes; 0 for the start
     */
    public LogChunk log(String run, String step, String kind, int attempt, long offset) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("kind", kind.equals("step") ? null : kind);
        query.put("attempt", attempt == LATEST_ATTEMPT ? null : Integer.toString(attempt));
        query.put("offset", Long.toString(offset));
        var path = path(run) + "/steps/" + encode(step) + "/log" + query(query);
        return exchange.read(exchange.get(path), LogChunk.class);
    }

    /**
     * Files that steps left to be kept, of each step those of the latest attempt that left some.
     *
     * @param step null for all steps
     */
    public List<Artifact> artifacts(String run, @Nullable String step) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("step", step);
        return List.of(
                exchange.read(
                        exchange.get(path(run) + "/artifacts" + query(query)), Artifact[].class));
    }

    /** Content by its hash, such as a patch's diff; at most 16 MiB. */
    public byte[] blob(String hash) {
        return exchange.bytes(exchange.get("/api/v1/blobs/" + encode(hash)));
    }

    /**
     * Asks the run to stop; it is cancelled once its steps have ended.
     *
     * @return the run as it is then; nothing happens to one that has ended
     */
    public RunView cancel(String run) {
        return exchange.read(exchange.post(path(run) + "/cancel", Map.of()), RunView.class);
    }

    /**
     * The same for all runs that were started from it, and from those; status 409 when they are
     * more than 1,000.
     */
    public RunView cancelWithChildren(String run) {
        return exchange.read(
                exchange.post(path(run) + "/cancel?children=true", Map.of()), RunView.class);
    }

    /**
     * Begins a run that takes over what an ended one did, but for a step and what follows it.
     *
     * @param from the first step that is done anew; null for what did not succeed
     * @param inputs values that differ from the run's, as texts
     * @param happened of steps that must not be done twice and of which nobody knows: whether they
     *     took effect
     */
    public RunView fork(
            String run,
            @Nullable String from,
            SortedMap<String, String> inputs,
            SortedMap<String, Boolean> happened) {
        var asked = new ForkRequest(from, inputs, happened);
        return exchange.read(exchange.post(path(run) + "/fork", asked), RunView.class);
    }

    /** Has the server look at the run again, after a crash or a change outside. */
    public RunView resume(String run) {
        return exchange.read(exchange.post(path(run) + "/resume", Map.of()), RunView.class);
    }

    /**
     * Takes what makes no progress from its worker, and has it handed out anew; status 409 when
     * there is nothing to take.
     *
     * @param step null for all of the run that is under way
     */
    public RunView reset(String run, @Nullable String step) {
        var body = step == null ? Map.of() : Map.of("step", step);
        return exchange.read(exchange.post(path(run) + "/reset", body), RunView.class);
    }

    /** The runs that make no progress, newest first; at most 200. */
    public List<RunView> stuck() {
        return exchange.read(
                        exchange.get("/api/v1/runs?stuck=true&limit=" + RunPage.MAX_LIMIT),
                        RunPage.class)
                .runs();
    }

    /** Answers whether a step that must never be done twice did happen. */
    public RunView resume(String run, String step, boolean happened) {
        var answer = new EffectAnswer(step, happened);
        return exchange.read(exchange.post(path(run) + "/resume", answer), RunView.class);
    }

    /**
     * Answers a request for rollback; status 409 when it is not, or no longer, what is asked.
     *
     * @param hash {@link RunView.Approval#hash()} of the request as the human saw it
     */
    public void answerRollback(
            String run, String hash, boolean approved, @Nullable String comment) {
        var answer = new ApprovalAnswer(hash, approved, comment);
        exchange.bytes(exchange.post(meta(run) + "/approve-rollback", answer));
    }

    /** Lets the run use the whole ladder of repairs from here on. */
    public void promote(String run) {
        exchange.bytes(exchange.post(meta(run) + "/promote", Map.of()));
    }

    /** Makes a tenant; the server's own key is needed. */
    public NewTenant createTenant(String name) {
        var request = exchange.post("/api/v1/tenants", Map.of("name", name));
        return exchange.read(request, NewTenant.class);
    }

    /** A tenant's keys that are in use; the server's own key is needed. */
    public List<TenantKey> keys(String tenant) {
        return List.of(exchange.read(exchange.get(keysOf(tenant)), TenantKey[].class));
    }

    /** Goes through a run's whole log: the chain of its events, and what follows from them. */
    public Verification verify(String run) {
        return exchange.read(
                exchange.get("/api/v1/runs/%s/verify".formatted(run)), Verification.class);
    }

    /**
     * Who changed what, newest first.
     *
     * @param max 1 to 1,000
     */
    public List<AuditEntry> audit(int max) {
        return List.of(
                exchange.read(exchange.get("/api/v1/audit?limit=" + max), AuditEntry[].class));
    }

    /** Components, their health and circuit breakers. */
    public HealingClient healing() {
        return new HealingClient(exchange);
    }

    /** Steps that wait for locks and other runs, and who holds what. */
    public WaitsView waits() {
        return exchange.read(exchange.get("/api/v1/waits"), WaitsView.class);
    }

    /** The tenant's workers outside of servers, the latest heard of first; at most 1,000. */
    public List<WorkerView> workers() {
        return List.of(exchange.read(exchange.get("/api/v1/workers"), WorkerView[].class));
    }

    /**
     * Makes a key.
     *
     * @param label tells it from the tenant's others
     * @param scopes of read, run, approve, work, admin; empty for all but admin
     * @param expiresAt null for never
     */
    public NewKey createKey(
            String tenant, String label, List<String> scopes, @Nullable Instant expiresAt) {
        var wanted = new WantedKey(label, scopes, expiresAt);
        return exchange.read(exchange.post(keysOf(tenant), wanted), NewKey.class);
    }

    /** Ends a key; servers that have just seen it may honour it for 10 s more. */
    public void revokeKey(String tenant, String label) {
        var path = keysOf(tenant) + "/" + encode(label);
        exchange.bytes(exchange.request(path).DELETE().build());
    }

    /** The own tenant's keys that are in use; needs the scope admin, here and below. */
    public List<TenantKey> keys() {
        return List.of(exchange.read(exchange.get(OWN_KEYS), TenantKey[].class));
    }

    /** As {@link #createKey(String, String, List, Instant)}, for the own tenant. */
    public NewKey createKey(String label, List<String> scopes, @Nullable Instant expiresAt) {
        var wanted = new WantedKey(label, scopes, expiresAt);
        return exchange.read(exchange.post(OWN_KEYS, wanted), NewKey.class);
    }

    /**
     * Makes a key that takes the place of the one with this label.
     *
     * @param overlap how long the old key is good yet; 0 to 30 days
     * @param expiresAt of the new key; null for as long a life as the old one was given
     */
    public RotatedKey rotateKey(String label, Duration overlap, @Nullable Instant expiresAt) {
        var rotation = new Rotation(overlap.toSeconds(), expiresAt);
        var path = OWN_KEYS + "/" + encode(label) + "/rotate";
        return exchange.read(exchange.post(path, rotation), RotatedKey.class);
    }

    /** As {@link #revokeKey(String, String)}, for the own tenant. */
    public void revokeKey(String label) {
        exchange.bytes(exchange.request(OWN_KEYS + "/" + encode(label)).DELETE().build());
    }

    /**
     * The tenant's settings, each with who set it.
     *
     * @param run with what this run's plan sets; null for none
     */
    public List<SettingView> settings(@Nullable String run) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("run", run);
        return List.of(
                exchange.read(
                        exchange.get("/api/v1/settings" + query(query)), SettingView[].class));
    }

    /** Another tenant's settings; the server's own key is needed, here and below. */
    public List<SettingView> settingsOf(String tenant) {
        return List.of(exchange.read(exchange.get(settingsPath(tenant)), SettingView[].class));
    }

    /**
     * Sets a setting.
     *
     * @param tenant null for the own, which it sets for itself; otherwise the platform does for it
     * @param value null to have it no longer set
     */
    public List<SettingView> set(@Nullable String tenant, String name, @Nullable BigDecimal value) {
        var path = tenant == null ? "/api/v1/settings" : settingsPath(tenant);
        var change = new LinkedHashMap<String, @Nullable BigDecimal>();
        change.put(name, value);
        return List.of(exchange.read(exchange.patch(path, change), SettingView[].class));
    }

    /** Whether a server answers there at all. */
    public boolean isLive() {
        try {
            exchange.bytes(exchange.get("/health/live"));
            return true;
        } catch (ApiException _) {
            return false;
        }
    }

    /** What can be swept, in order; the server's own key is needed, here and below. */
    public List<String> sweepable() {
        return List.of(exchange.read(exchange.get("/api/v1/gc"), String[].class));
    }

    /**
     * Deletes what is over of one kind; to be called again while that is not done.
     *
     * @param dry only counts
     */
    public SweptView sweep(String kind, boolean dry) {
        var path = "/api/v1/gc/%s?dry_run=%s".formatted(encode(kind), dry);
        return exchange.read(exchange.post(path, Map.of()), SweptView.class);
    }

    /** Has the server give its work back and leave; loopback and the server's own key only. */
    public void shutdown() {
        exchange.bytes(exchange.post("/api/v1/shutdown", Map.of()));
    }

    /** As {@link #shutdown}; refused with status 409 while runs are being worked on. */
    public void shutdownIfIdle() {
        exchange.bytes(exchange.post("/api/v1/shutdown?only_idle=true", Map.of()));
    }

    private record WantedKey(String label, List<String> scopes, @Nullable Instant expiresAt) {}

    private record Rotation(long overlapSeconds, @Nullable Instant expiresAt) {}

    private record ForkRequest(
            @Nullable String from,
            SortedMap<String, String> inputs,
            SortedMap<String, Boolean> happened) {}

    private record EffectAnswer(String step, boolean happened) {}

    private record ApprovalAnswer(String hash, boolean approved, @Nullable String comment) {}

    private record TimelinePage(String runId, List<TimelineEntry> entries, @Nullable Long next) {}

    private static String keysOf(String tenant) {
        return "/api/v1/tenants/" + encode(tenant) + "/keys";
    }

    private static String settingsPath(String tenant) {
        return "/api/v1/tenants/" + encode(tenant) + "/settings";
    }

    private static String path(String run) {
        return "/api/v1/runs/" + encode(run);
    }

    private static String meta(String run) {
        return "/api/meta/v4/runs/" + encode(run);
    }

    private static String query(Map<String, @Nullable String> parameters) {
        var query = new StringBuilder();
        parameters.forEach((name, value) -> {
            if (value != null) {
                query.append(query.isEmpty() ? '?' : '&');
                query.append(name).append('=').append(encode(value));
            }
        });
        return query.toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        exchange.close();
    }
}
