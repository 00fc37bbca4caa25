package dev.kintsugi.server.run;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.tenant.Caller;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter.SseEventBuilder;

/**
 * A run's log as server-sent events: first what is there, then what comes. The id of an event is
 * its seq, so a client that was cut off goes on where it was.
 */
@RestController
final class RunStreamController {
    private static final Logger log = LoggerFactory.getLogger(RunStreamController.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final int PAGE = 256;

    private final Runs runs;
    private final RunFeed feed;

    RunStreamController(Runs runs, RunFeed feed) {
        this.runs = runs;
        this.feed = feed;
    }

    @GetMapping(path = "/api/v1/runs/{run}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter events(
            Caller caller,
            @PathVariable String run,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last) {
        var after = seq(last);
        runs.seen(caller.tenant(), run);
        var emitter = new SseEmitter(0L);
        Thread.ofVirtual()
                .name("events of " + run)
                .start(() -> send(emitter, caller.tenant(), run, after));
        return emitter;
    }

    private static long seq(@Nullable String last) {
        try {
            return last == null || last.isBlank() ? 0 : Long.parseLong(last);
        } catch (NumberFormatException _) {
            throw new BadInputException("Last-Event-ID must be a number, was " + last);
        }
    }

    private void send(SseEmitter emitter, String tenant, String run, long after) {
        try (var follower = feed.follow(tenant, run)) {
            var seq = after;
            while (feed.open()) {
                for (var change : follower.await(LOOK)) {
                    emitter.send(event("progress", change));
                }
                var ended = runs.seen(tenant, run).row().status().isFinal();
                var sent = seq;
                seq = sendAfter(emitter, tenant, run, seq);
                if (ended) {
                    emitter.send(SseEmitter.event().name("end").data("{}"));
                    emitter.complete();
                    return;
                }
                if (sent == seq) {
                    emitter.send(SseEmitter.event().comment("still here"));
                }
            }
            emitter.complete(); // the server stops: the client asks the next one from here on
        } catch (IOException | IllegalStateException e) {
            log.debug("a client no longer follows run {}: {}", run, e.toString());
            emitter.complete();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            emitter.complete();
        } catch (RuntimeException e) {
            log.warn("the events of run {} cannot be sent", run, e);
            emitter.completeWithError(e);
        }
    }

    private long sendAfter(SseEmitter emitter, String tenant, String run, long after)
            throws IOException {
        var seq = after;
        while (true) {
            var page = runs.timeline(tenant, run, seq, PAGE);
            for (var entry : page) {
                emitter.send(event("entry", entry).id(Long.toString(entry.seq())));
                seq = entry.seq();
            }
            if (page.size() < PAGE) {
                return seq;
            }
        }
    }

    private static SseEventBuilder event(String name, Object data) {
        return SseEmitter.event().name(name).data(Json.mapper().writeValueAsString(data));
    }
}
