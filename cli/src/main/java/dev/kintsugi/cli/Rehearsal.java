package dev.kintsugi.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.cli.local.Installation;
import dev.kintsugi.cli.screen.Display;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A run against a scripted server: while the launcher builds, it shows the JVM which classes real
 * runs load, so that a cache of them can be made.
 */
final class Rehearsal {
    private static final String RUN =
            """
            {"run":"r1","name":"rehearsal","status":"succeeded","ladder":"v4",\
            "phases":{"retry":1,"patch":0,"replan":0,"rollback":0},"attempts":1,"duration_ms":5,\
            "cost_usd":"0","created_at":"2026-01-01T00:00:00Z","seq":3,\
            "steps":[{"step":"one","status":"succeeded","attempt":2}]}\
            """;

    private static final String EVENTS =
            """
            id: 1
            event: entry
            data: {"run":"r1","seq":1,"at":"2026-01-01T00:00:00Z","event":{"type":"step_failed",\
            "step":"one","attempt":1,"failure":{"category":"network","failure_class":"infra",\
            "severity":"low","rule":"x","fingerprint":"x","message":"x","maybe_transient":true,\
            "captures":{}},"usage":{"duration_millis":1,"checkout_millis":0,"cost_nano_usd":0}},\
            "notes":[{"kind":"repair_opened","step":"one","attempt":1,"text":"x"}]}

            event: progress
            data: {"step":"one","attempt":2,"status":"running","worker":"w"}

            id: 2
            event: entry
            data: {"run":"r1","seq":2,"at":"2026-01-01T00:00:00Z","event":{"type":"step_succeeded",\
            "step":"one","attempt":2,"remarks":[],\
            "usage":{"duration_millis":1,"checkout_millis":0,"cost_nano_usd":0}},\
            "notes":[{"kind":"repair_verified","step":"one","attempt":2,"phase":"retry","text":"x"}]}

            event: end
            data: {}

            """;

    private Rehearsal() {}

    static void main() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Rehearsal::answer);
        server.start();
        var uri = "http://127.0.0.1:" + server.getAddress().getPort();
        var folder = Files.createTempDirectory("kintsugi-rehearsal");
        var plan =
                Files.writeString(
                        folder.resolve("plan.yaml"),
                        "plan: 1\nname: rehearsal\nsteps: [{id: one, exec: 'true'}]\n");
        try {
            for (boolean live : new boolean[] {false, true}) {
                var shell = shell(uri, folder, live);
                Kintsugi.run(shell, "--help");
                Kintsugi.run(shell, "run", "--help");
                Kintsugi.run(shell, "plan", "check", plan.toString());
                Kintsugi.run(shell, "run", "--dry-run", plan.toString());
                Kintsugi.run(shell, "run", plan.toString());
                Kintsugi.run(shell, "run", "--json", plan.toString());
                Kintsugi.run(shell, "status", "r1");
                Kintsugi.run(shell, "down");
            }
        } finally {
            server.stop(0);
            Files.deleteIfExists(plan);
            Files.deleteIfExists(folder);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        boolean submitted = exchange.getRequestMethod().equals("POST");
        var answer =
                path.endsWith("/events")
                        ? EVENTS
                        : path.endsWith("/timeline") ? "{\"run_id\":\"r1\",\"entries\":[]}" : RUN;
        exchange.getRequestBody().readAllBytes();
        try (exchange) {
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(submitted ? 201 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Shell shell(String uri, Path folder, boolean live) {
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var env =
                Map.of(
                        "KINTSUGI_SERVER",
                        uri,
                        "KINTSUGI_API_KEY",
                        "rehearsal",
                        "KINTSUGI_HOME",
                        folder.toString());
        var paper = Console.plain(new BufferedReader(new StringReader("")), nowhere, nowhere);
        var console = live ? paper.drawing(true, () -> Display.UNKNOWN) : paper;
        var installation = new Installation("rehearsal", folder, null);
        return new Shell(env, folder, installation, console, new NoTime(), new AtomicInteger());
    }

    /** Always the same moment. */
    private static final class NoTime implements TimeAndChance {
        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public void pause(Duration time) {
            // nothing is waited for
        }

        @Override
        public String newKey() {
            return "rehearsal";
        }
    }
}
