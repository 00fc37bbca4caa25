package dev.kintsugi.server.app;

import dev.kintsugi.server.platform.Activity;
import dev.kintsugi.server.platform.ConflictException;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Lets an administrator on this machine stop the server, as a client of another build does to
 * replace it.
 */
@RestController
final class ShutdownController {
    private final ConfigurableApplicationContext context;
    private final List<Activity> activities;

    ShutdownController(ConfigurableApplicationContext context, List<Activity> activities) {
        this.context = context;
        this.activities = List.copyOf(activities);
    }

    /**
     * Answers at once; open requests are given up to 30 s to end.
     *
     * @param onlyIdle whether to stay when runs are being worked on
     */
    @PostMapping("/api/v1/shutdown")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void shutdown(@RequestParam(name = "only_idle", defaultValue = "false") boolean onlyIdle) {
        if (onlyIdle && activities.stream().anyMatch(Activity::busy)) {
            throw new ConflictException("Runs are being worked on: the server stays.");
        }
        KintsugiServer.leave(context);
    }
}
