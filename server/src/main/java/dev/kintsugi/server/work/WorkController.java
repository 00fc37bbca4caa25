package dev.kintsugi.server.work;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.api.WorkerView;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
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
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.StaleLeaseException;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.tenant.Caller;
import dev.kintsugi.server.workspace.AgentCalls;
import dev.kintsugi.server.workspace.LeaseSeal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * The worker protocol over HTTP, for workers in processes of their own, in any language. A worker
 * works for the tenant of its key alone: another tenant's lease is, to it, one that is not current.
 */
@RestController
final class WorkController {
    private static final Logger log = LoggerFactory.getLogger(WorkController.class);
    private static final int MAX_NAME = 100;
    private static final int MAX_LABELS = 20;
    private static final int MAX_LOG_BYTES = 1024 * 1024;
    private static final LeaseRequest NOTHING =
            new LeaseRequest(
                    "", null, new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), 0, Duration.ZERO);
    private static final int MAX_TASKS = 256;
    private static final int MAX_SLOTS = 1_000;
    private static final int MAX_LEASES = 1_000;
    private static final int MAX_AGENTS = 200;
    private static final int MAX_REASON = 500;

    /** Most bytes of tasks in one answer, well below what the Java client takes (16 MiB). */
    private static final int MAX_GIVEN_BYTES = 8 * 1024 * 1024;

    private static final long MAX_PATIENCE_MS = TaskQueue.MAX_PATIENCE.toMillis();

    private final TaskQueue queue;
    private final Blobs blobs;
    private final AgentCalls agents;
    private final LeaseSeal seal;
    private final Workers workers;
    private final WorkResults results;

    WorkController(
            TaskQueue queue, Blobs blobs, AgentCalls agents, LeaseSeal seal, Workers workers) {
        this.queue = queue;
        this.blobs = blobs;
        this.agents = agents;
        this.seal = seal;
        this.workers = workers;
        results = new WorkResults(blobs, agents);
    }

    /** Notes what a worker offers. */
    @PostMapping("/api/v1/work/register")
    Terms register(Caller caller, @RequestBody Offer offer) {
        worker(offer.worker());
        slots(offer.slots());
        agents(offer.agents());
        count("labels", offer.labels().size(), MAX_LABELS);
        offer.labels()
                .forEach((name, value) -> {
                    text("labels", name, MAX_NAME);
                    text("labels", value, MAX_NAME);
                });
        if (offer.capacity() < 1 || offer.capacity() > MAX_SLOTS) {
            throw new BadInputException(
                    "capacity must be in [1, %d], was %d".formatted(MAX_SLOTS, offer.capacity()));
        }
        workers.register(caller.tenant(), offer);
        return new Terms(TaskQueue.LEASE.toMillis());
    }

    /** The tenant's workers, the latest heard of first. */
    @GetMapping("/api/v1/workers")
    List<WorkerView> workers(Caller caller) {
        return workers.all(caller.tenant());
    }

    /** Waits up to the request's patience for work. */
    @PostMapping("/api/v1/work/lease")
    Given lease(Caller caller, @RequestBody Asked asked) {
        var request = request(caller, asked);
        workers.seen(caller.tenant(), asked.worker(), request);
        return given(request.worker(), queue.lease(request));
    }

    /** Renews leases, and says which are not to go on. */
    @PostMapping("/api/v1/work/heartbeat")
    Lost heartbeat(Caller caller, @RequestBody Beat beat) {
        count("leases", beat.leases().size(), MAX_LEASES);
        beat.leases().forEach(lease -> given("leases: key", lease.key()));
        var worker = named(caller, beat.worker());
        workers.seen(caller.tenant(), beat.worker());
        var lost = queue.heartbeat(worker, beat.leases());
        var said = new LinkedHashMap<Lease, String>();
        for (var lease : beat.leases()) {
            var text = beat.progress().get(lease.key());
            if (text != null) {
                readable("progress", text);
                said.put(lease, agents.masked(caller.tenant(), text));
            }
        }
        if (!said.isEmpty()) {
            queue.progress(worker, said);
        }
        return new Lost(lost);
    }

    /** Takes in how a task ended, and hands the next over. */
    @PostMapping("/api/v1/work/complete")
    Given complete(Caller caller, @RequestBody Reported reported) {
        // what cancelled work cost still counts
        var lease = given("lease", reported.lease());
        var task = own(caller, lease, queue.known(lease));
        var next = reported.next() == null ? nothing(caller) : request(caller, reported.next());
        var result = result(caller, reported, task);
        if (reported.receipt() != null) {
            handInLast(caller, reported.lease(), reported.receipt());
        }
        try {
            return given(next.worker(), queue.complete(reported.lease(), result, next));
        } catch (StaleLeaseException e) {
            throw new StaleLeaseProblem(e);
        }
    }

    private TaskResult result(Caller caller, Reported reported, Task task) {
        var answer = reported.answer();
        if ((reported.result() == null) == (answer == null)) {
            throw new BadInputException("give one of result and answer");
        }
        if (answer == null) {
            return results.read(caller.tenant(), requireNonNull(reported.result()));
        }
        if (task.agent() == null) {
            throw new BadInputException("answer is for tasks of agents: give result");
        }
        return agents.result(task, answer);
    }

    /**
     * What goes to the worker, up to {@link #MAX_GIVEN_BYTES}; what is beyond goes back into the
     * queue. A task whose input cannot be made has failed: it is reported as failed in the worker's
     * place, and not handed out.
     */
    private Given given(String worker, List<LeasedTask> leased) {
        var handed = new ArrayList<Handed>();
        long bytes = 0;
        for (var one : leased) {
            try {
                var next =
                        new Handed(
                                one.lease(),
                                one.expiresAt(),
                                one.queue(),
                                seal.of(one.lease()),
                                one.task(),
                                agents.input(one.task()));
                bytes += leased.size() == 1 ? 0 : Json.mapper().writeValueAsBytes(next).length;
                if (handed.isEmpty() || bytes <= MAX_GIVEN_BYTES) {
                    handed.add(next);
                } else {
                    queue.release(worker, one.lease(), false, "the answer was full");
                }
            } catch (AgentCalls.RefusedException e) {
                var failed = new TaskResult.Failed(e.failure(), null, TaskResult.Usage.NONE);
                reportFor(one, failed);
            }
        }
        return new Given(handed);
    }

    /** Ends what the worker asked for and still waits for. */
    @PostMapping("/api/v1/work/leave")
    void leave(Caller caller, @RequestBody Leaving leaving) {
        queue.leave(named(caller, leaving.worker()));
    }

    /** What others of the batch wait for must not depend on one. */
    private void reportFor(LeasedTask task, TaskResult failed) {
        try {
            queue.complete(task.lease(), failed, NOTHING);
        } catch (StaleLeaseException e) {
            log.debug("{} is not wanted any more", e.getMessage());
        }
    }

    /** Takes a task back that was not done. */
    @PostMapping("/api/v1/work/release")
    void release(Caller caller, @RequestBody GivenBack given) {
        text("reason", given.reason(), MAX_REASON);
        var worker = named(caller, given.worker());
        current(caller, given("lease", given.lease()));
        queue.release(
                worker,
                given.lease(),
                given.started(),
                agents.masked(caller.tenant(), given.reason()));
    }

    /** Keeps what the outside system answered to a step: it is not repeated from then on. */
    @PostMapping("/api/v1/work/receipt")
    void receipt(Caller caller, @RequestBody HandedIn given) {
        current(caller, given.lease());
        handIn(caller, given.lease(), given.receipt());
    }

    /** What comes with the end: a lease that is over may still say what its work cost. */
    private void handInLast(Caller caller, Lease lease, String receipt) {
        try {
            handIn(caller, lease, receipt);
        } catch (StaleLeaseProblem e) {
            log.debug("a receipt came too late: {}", e.getMessage());
        }
    }

    private void handIn(Caller caller, Lease lease, @Nullable String receipt) {
        var kept = results.receipt(caller.tenant(), receipt);
        try {
            queue.receipt(lease, kept);
        } catch (StaleLeaseException e) {
            throw new StaleLeaseProblem(e);
        }
    }

    /** Adds to the log of an attempt; what is already there is not written twice. */
    @PostMapping("/api/v1/work/log")
    void log(Caller caller, @RequestBody Logged logged) {
        if (logged.offset() < 0) {
            throw new BadInputException("offset must be 0 or more, was " + logged.offset());
        }
        count("bytes", given("bytes", logged.bytes()).length, MAX_LOG_BYTES);
        current(caller, given("lease", logged.lease()));
        try {
            queue.log(logged.lease(), logged.offset(), logged.bytes());
        } catch (StaleLeaseException e) {
            throw new StaleLeaseProblem(e);
        }
    }

    /** Keeps a content, such as a step's output, by its hash. */
    @PutMapping(path = "/api/v1/work/blobs", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    Stored keep(Caller caller, @RequestBody byte[] content) {
        return new Stored(blobs.put(caller.tenant(), content));
    }

    @GetMapping(
            path = "/api/v1/work/blobs/{hash}",
            produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] content(Caller caller, @PathVariable String hash) {
        return blobs.get(caller.tenant(), hash)
                .orElseThrow(() -> new NotFoundException("content", hash));
    }

    private static Task own(Caller caller, Lease lease, Optional<Task> found) {
        return found.filter(task -> task.tenant().equals(caller.tenant()))
                .orElseThrow(() -> new StaleLeaseProblem(new StaleLeaseException(lease)));
    }

    /** Another tenant's lease looks like one that is over. */
    private Task current(Caller caller, @Nullable Lease lease) {
        if (lease == null) {
            throw new BadInputException("lease: name it by its key and token");
        }
        return own(caller, lease, queue.held(lease));
    }

    private static LeaseRequest nothing(Caller caller) {
        return new LeaseRequest(
                NOTHING.worker(),
                caller.tenant(),
                NOTHING.slots(),
                NOTHING.kinds(),
                NOTHING.agents(),
                0,
                Duration.ZERO);
    }

    private static LeaseRequest request(Caller caller, Asked asked) {
        var slots = slots(asked.slots());
        int max = asked.max() == null ? Math.min(slots, MAX_TASKS) : asked.max();
        if (max < 1 || max > MAX_TASKS) {
            throw new BadInputException("max must be in [1, %d], was %d".formatted(MAX_TASKS, max));
        }
        long patience = asked.patienceMs() == null ? 0 : asked.patienceMs();
        if (patience < 0 || patience > MAX_PATIENCE_MS) {
            throw new BadInputException(
                    "patience_ms must be in [0, %d], was %d".formatted(MAX_PATIENCE_MS, patience));
        }
        agents(asked.agents());
        return new LeaseRequest(
                named(caller, asked.worker()),
                caller.tenant(),
                asked.slots(),
                kinds(asked),
                asked.agents(),
                max,
                Duration.ofMillis(patience));
    }

    private static int slots(SortedMap<QueueClass, Integer> given) {
        var slots = 0;
        for (@Nullable Integer slot : given.values()) {
            if (slot == null || slot < 1 || slot > MAX_SLOTS) {
                throw new BadInputException(
                        "slots: each must be in [1, %d], was %s".formatted(MAX_SLOTS, slot));
            }
            slots += slot;
        }
        if (slots == 0) {
            throw new BadInputException("slots: name at least one class, such as {\"cpu\": 1}");
        }
        return slots;
    }

    private static SortedSet<TaskKind> kinds(Asked asked) {
        for (var kind : asked.kinds()) {
            if (!kind.forAnyWorker()) {
                throw new BadInputException(
                        "kinds: %s is done by servers alone; give step, recheck, undo or reconcile"
                                .formatted(kind.name().toLowerCase(Locale.ROOT)));
            }
        }
        if (asked.kinds().isEmpty() && asked.agents().isEmpty()) {
            throw new BadInputException(
                    "give agents, such as [\"reviewer\"], or kinds: [\"step\", \"recheck\", \"undo\"]");
        }
        return asked.kinds();
    }

    private static void agents(SortedSet<String> names) {
        count("agents", names.size(), MAX_AGENTS);
        names.forEach(name -> text("agents", name, MAX_NAME));
    }

    private static void count(String field, int size, int most) {
        if (size > most) {
            throw new BadInputException(
                    "%s must be at most %d, were %d".formatted(field, most, size));
        }
    }

    /** Names and reasons are shown on screens, so they must not be able to write on them. */
    private static void text(String field, @Nullable String text, int most) {
        if (text == null || text.isBlank() || text.length() > most) {
            throw new BadInputException("%s must have 1 to %d characters".formatted(field, most));
        }
        readable(field, text);
    }

    private static void readable(String field, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new BadInputException(
                    "%s must have no control characters, such as line ends".formatted(field));
        }
    }

    private static <T> T given(String field, @Nullable T value) {
        if (value == null) {
            throw new BadInputException(field + ": missing");
        }
        return value;
    }

    /** As the queue knows it: tenants may give their workers the same names. */
    private static String named(Caller caller, @Nullable String worker) {
        return caller.tenant() + "/" + worker(worker);
    }

    private static String worker(@Nullable String id) {
        text("worker", id, MAX_NAME);
        return requireNonNull(id);
    }
}
