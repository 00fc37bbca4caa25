package dev.kintsugi.server.run;

import dev.kintsugi.client.api.LogChunk;
import dev.kintsugi.client.api.RunPage;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.api.Verification;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.queue.StepLogs;
import dev.kintsugi.server.tenant.AuditNote;
import dev.kintsugi.server.tenant.Caller;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Runs over HTTP. */
@RestController
final class RunController {
    private static final int LOG_CHUNK = 64 * 1024;
    private static final int MAX_IDEMPOTENCY_KEY = 200;

    private final Runs runs;
    private final StuckRuns stuck;
    private final StepLogs logs;
    private final Blobs blobs;

    RunController(Runs runs, StuckRuns stuck, StepLogs logs, Blobs blobs) {
        this.runs = runs;
        this.stuck = stuck;
        this.logs = logs;
        this.blobs = blobs;
    }

    /** Takes a plan (YAML or JSON) in. A form is refused: the web server would read it away. */
    @PostMapping(
            path = "/api/v1/runs",
            consumes = {
                MediaType.APPLICATION_YAML_VALUE,
                MediaType.APPLICATION_JSON_VALUE,
                MediaType.TEXT_PLAIN_VALUE,
                MediaType.APPLICATION_OCTET_STREAM_VALUE
            })
    ResponseEntity<RunView> submit(
            Caller caller,
            @RequestBody byte[] plan,
            @RequestParam(required = false) @Nullable String directory,
            @RequestParam(required = false) @Nullable String ladder,
            @RequestParam(required = false) @Nullable String parent,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        var text = new String(plan, StandardCharsets.UTF_8);
        return submit(
                caller,
                new Runs.Submission(
                        text,
                        directory,
                        ladder(ladder),
                        key,
                        Collections.emptySortedMap(),
                        parent));
    }

    /**
     * A plan with what it is given.
     *
     * @param plan its text, YAML or JSON
     * @param inputs values by the names of its inputs: of the input's type, or text that stands for
     *     one
     */
    record Given(String plan, @Nullable SortedMap<String, JsonNode> inputs) {}

    /** Takes a plan in together with values for its inputs. */
    @PostMapping(path = "/api/v1/runs", consumes = Submission.WITH_INPUTS)
    ResponseEntity<RunView> submitGiven(
            Caller caller,
            @RequestBody Given given,
            @RequestParam(required = false) @Nullable String directory,
            @RequestParam(required = false) @Nullable String ladder,
            @RequestParam(required = false) @Nullable String parent,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        if (given.plan() == null) {
            throw new BadInputException("plan: is missing: give the plan's text");
        }
        return submit(
                caller,
                new Runs.Submission(
                        given.plan(),
                        directory,
                        ladder(ladder),
                        key,
                        sorted(given.inputs()),
                        parent));
    }

    private static <T> SortedMap<String, T> sorted(@Nullable SortedMap<String, T> given) {
        return given == null ? Collections.emptySortedMap() : given;
    }

    private static void check(@Nullable String key) {
        if (key != null && (key.isBlank() || key.length() > MAX_IDEMPOTENCY_KEY)) {
            throw new BadInputException(
                    "Idempotency-Key must have 1 to %d characters".formatted(MAX_IDEMPOTENCY_KEY));
        }
    }

    /**
     * What is to be done anew.
     *
     * @param from the first step that is; null for what did not succeed
     * @param inputs values that differ from the run's, by name
     * @param happened of steps that must not be done twice and of which nobody knows: whether they
     *     took effect
     */
    record ForkRequest(
            @Nullable String from,
            @Nullable SortedMap<String, JsonNode> inputs,
            @Nullable SortedMap<String, Boolean> happened) {}

    /** Begins a run that takes over what an ended one did, but for a step and what follows it. */
    @PostMapping("/api/v1/runs/{run}/fork")
    ResponseEntity<RunView> fork(
            Caller caller,
            @PathVariable String run,
            @RequestBody(required = false) @Nullable ForkRequest request,
            @RequestParam(required = false) @Nullable String ladder,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        check(key);
        var asked = request == null ? new ForkRequest(null, null, null) : request;
        var view =
                runs.fork(
                        caller.tenant(),
                        run,
                        new Fork(
                                asked.from(),
                                sorted(asked.inputs()),
                                sorted(asked.happened()),
                                ladder(ladder),
                                key));
        AuditNote.set("run %s from run %s".formatted(view.run(), run));
        return ResponseEntity.created(URI.create("/api/v1/runs/" + view.run())).body(view);
    }

    private ResponseEntity<RunView> submit(Caller caller, Runs.Submission submission) {
        check(submission.key());
        var view = runs.submit(caller.tenant(), submission);
        AuditNote.set("run %s, %s".formatted(view.run(), view.name()));
        return ResponseEntity.created(URI.create("/api/v1/runs/" + view.run())).body(view);
    }

    private static @Nullable Ladder ladder(@Nullable String name) {
        try {
            return name == null ? null : Ladder.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw new BadInputException("ladder must be v3 or v4, was " + name);
        }
    }

    @GetMapping("/api/v1/runs")
    RunPage list(
            Caller caller,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(name = "stuck", defaultValue = "false") boolean onlyStuck) {
        if (onlyStuck) {
            return new RunPage(stuck.list(caller.tenant(), status, after, limit), null);
        }
        var page = runs.list(caller.tenant(), status(status), after, limit);
        return new RunPage(page, page.size() < limit ? null : page.getLast().run());
    }

    private static @Nullable String status(@Nullable String name) {
        try {
            return name == null
                    ? null
                    : RunStatus.valueOf(name.toUpperCase(Locale.ROOT))
                            .name()
                            .toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException _) {
            throw new BadInputException(
                    "status must be one of %s, was %s"
                            .formatted(
                                    Arrays.toString(RunStatus.values()).toLowerCase(Locale.ROOT),
                                    name));
        }
    }

    /** The plan as it was taken in, with its defaults filled in. */
    @GetMapping(path = "/api/v1/runs/{run}/plan", produces = MediaType.APPLICATION_JSON_VALUE)
    String plan(Caller caller, @PathVariable String run) {
        return runs.plan(caller.tenant(), run);
    }

    @GetMapping("/api/v1/runs/{run}")
    RunView get(Caller caller, @PathVariable String run) {
        return stuck.told(caller.tenant(), runs.view(caller.tenant(), run));
    }

    /** Goes through the whole log; takes as long as it has events. */
    @GetMapping("/api/v1/runs/{run}/verify")
    Verification verify(Caller caller, @PathVariable String run) {
        return runs.verify(caller.tenant(), run);
    }

    @PostMapping("/api/v1/runs/{run}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RunView cancel(
            Caller caller,
            @PathVariable String run,
            @RequestParam(defaultValue = "false") boolean children) {
        return children
                ? runs.cancelAll(caller.tenant(), run, caller.label())
                : runs.cancel(caller.tenant(), run, caller.label());
    }

    /**
     * What a waiting step needs to know.
     *
     * @param step null to have the run looked after only
     * @param happened whether the step's effect happened
     */
    record ResumeRequest(@Nullable String step, @Nullable Boolean happened) {}

    @PostMapping("/api/v1/runs/{run}/resume")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RunView resume(
            Caller caller,
            @PathVariable String run,
            @RequestBody(required = false) @Nullable ResumeRequest request) {
        if (request == null || request.step() == null) {
            return runs.resume(caller.tenant(), run);
        }
        if (request.happened() == null) {
            throw new BadInputException("happened: say true or false");
        }
        var view =
                runs.answerEffect(
                        caller.tenant(), run, request.step(), request.happened(), caller.label());
        AuditNote.set(
                "said: step %s %s"
                        .formatted(
                                request.step(),
                                request.happened() ? "happened" : "did not happen"));
        return view;
    }

    /**
     * What to reset.
     *
     * @param step null for all that is under way
     */
    record ResetRequest(@Nullable String step) {}

    /** Takes what makes no progress from its worker, and has it handed out anew. */
    @PostMapping("/api/v1/runs/{run}/reset")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RunView reset(
            Caller caller,
            @PathVariable String run,
            @RequestBody(required = false) @Nullable ResetRequest request) {
        var step = request == null || request.step() == null ? "" : request.step();
        var taken = stuck.reset(caller.tenant(), run, step, "reset by " + caller.label());
        AuditNote.set("reset: " + String.join(", ", taken));
        return runs.view(caller.tenant(), run);
    }

    /**
     * A piece of an attempt's output; without {@code attempt} of the latest. With {@code kind} of
     * what else was done about the step: recheck, undo or mend.
     */
    @GetMapping("/api/v1/runs/{run}/steps/{step}/log")
    LogChunk log(
            Caller caller,
            @PathVariable String run,
            @PathVariable String step,
            @RequestParam(defaultValue = "step") String kind,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(defaultValue = "0") long offset) {
        if (offset < 0) {
            throw new BadInputException("offset must be 0 or more, was " + offset);
        }
        var now = runs.step(caller.tenant(), run, step);
        var isAttempt = kind.equals("step");
        var prefix = (isAttempt ? "" : besides(kind) + ":") + run + ":" + step + ":";
        int latest =
                isAttempt
                        ? Math.max(1, now.attempt())
                        : logs.latest(caller.tenant(), prefix)
                                .orElseThrow(() -> new NotFoundException("log", kind + ":" + step));
        int wanted = attempt == null ? latest : attempt;
        if (wanted < 1 || wanted > latest) {
            throw new NotFoundException("attempt", step + ":" + wanted);
        }
        var bytes = logs.read(caller.tenant(), prefix + wanted, offset, LOG_CHUNK);
        var more = isAttempt && wanted == latest && now.going();
        // a character whose rest is still to come waits for it
        var length = more || bytes.length == LOG_CHUNK ? Utf8.wholeCharacters(bytes) : bytes.length;
        return new LogChunk(
                wanted,
                offset,
                offset + length,
                new String(bytes, 0, length, StandardCharsets.UTF_8),
                bytes.length == 0 && !more);
    }

    private static String besides(String kind) {
        return switch (kind) {
            case "recheck", "undo", "mend" -> kind;
            default ->
                    throw new BadInputException(
                            "kind must be step, recheck, undo or mend, was " + kind);
        };
    }

    /** Content by hash: diffs, outputs, evidence. */
    @GetMapping("/api/v1/blobs/{hash}")
    ResponseEntity<byte[]> blob(Caller caller, @PathVariable String hash) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header("X-Content-Type-Options", "nosniff")
                .body(
                        blobs.get(caller.tenant(), hash)
                                .orElseThrow(() -> new NotFoundException("content", hash)));
    }
}
