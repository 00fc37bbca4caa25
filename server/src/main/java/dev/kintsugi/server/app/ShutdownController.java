package dev.kintsugi.server.app;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Lets an administrator on this machine stop the server, as a client of another build does to
 * replace it.
 */
@RestController
final class ShutdownController {
    private final ConfigurableApplicationContext context;

    ShutdownController(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Answers at once; open requests are given up to 30 s to end. */
    @PostMapping("/api/v1/shutdown")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void shutdown() {
        KintsugiServer.leave(context);
    }
}
