package dev.kintsugi.server.app;

import dev.kintsugi.server.platform.Activity;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets a server that a client started for itself ({@code --ephemeral}) leave when nobody needs it
 * any more.
 */
@Component
@ConditionalOnProperty("kintsugi.ephemeral")
final class Ephemeral extends OncePerRequestFilter {
    private static final Duration CHECK_EVERY = Duration.ofSeconds(5);

    private final Idleness idleness;
    private final ConfigurableApplicationContext context;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("idleness").factory());

    Ephemeral(
            InstantSource clock,
            List<Activity> activities,
            ConfigurableApplicationContext context) {
        this.idleness = new Idleness(clock, activities);
        this.context = context;
    }

    @EventListener
    void watch(ApplicationReadyEvent ready) {
        long seconds = CHECK_EVERY.toSeconds();
        timer.scheduleWithFixedDelay(this::check, seconds, seconds, TimeUnit.SECONDS);
    }

    @EventListener
    void stop(ContextClosedEvent closed) {
        timer.shutdownNow();
    }

    /** Probes and scrapers are not clients. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getRequestURI().startsWith("/api/")
                && !request.getRequestURI().startsWith("/git/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        idleness.requestBegins();
        boolean later = false;
        try {
            chain.doFilter(request, response);
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new AtTheEnd(idleness));
                later = true;
            }
        } finally {
            if (!later) {
                idleness.requestEnds();
            }
        }
    }

    private void check() {
        try {
            if (idleness.isOver()) {
                timer.shutdown();
                logger.info(
                        "Nobody has needed this server for %d s: it leaves"
                                .formatted(Idleness.LIMIT.toSeconds()));
                KintsugiServer.leave(context);
            }
        } catch (RuntimeException e) {
            logger.warn("Cannot tell whether the server is needed: it stays", e);
        }
    }

    /** A stream is open until it is complete. */
    private record AtTheEnd(Idleness idleness) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            idleness.requestEnds();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
