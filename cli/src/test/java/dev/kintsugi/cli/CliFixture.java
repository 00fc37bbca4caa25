package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Installation;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The command against a scripted server, in a folder with a plan. */
abstract class CliFixture {
    static final String END = "event: end\ndata: {}\n\n";
    static final String USAGE =
            "\"usage\":{\"duration_millis\":5,\"checkout_millis\":0,\"cost_nano_usd\":0}";
    static final String ENTRY = entry(1);

    @TempDir Path directory = Path.of("");
    final ScriptedServer server = new ScriptedServer();
    final Map<String, String> env = new HashMap<>();
    final AtomicInteger interrupts = new AtomicInteger();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void writePlan() throws IOException {
        Files.writeString(
                directory.resolve("plan.yaml"),
                "plan: 1\nname: demo\nsteps:\n  - {id: one, exec: 'true'}\n");
        env.put("KINTSUGI_SERVER", server.uri());
        env.put("KINTSUGI_API_KEY", "key");
        env.put("KINTSUGI_HOME", directory.resolve("home").toString());
    }

    @AfterEach
    void close() {
        server.close();
    }

    int kintsugi(String... args) {
        return Kintsugi.run(shell(console("")), args);
    }

    /** As {@link #kintsugi}, at a terminal where this is typed. */
    int typing(String typed, String... args) {
        return Kintsugi.run(shell(console(typed).asking(true)), args);
    }

    Console console(String typed) {
        return Console.plain(
                new BufferedReader(new StringReader(typed)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    Shell shell(Console console) {
        var installation = new Installation("b1", directory, null);
        return new Shell(env, directory, installation, console, new FixedWorld(), interrupts);
    }

    private record FixedWorld() implements TimeAndChance {
        @Override
        public Instant instant() {
            return Instant.parse("2026-01-01T00:00:09Z");
        }

        @Override
        public void pause(Duration time) {
            Thread.onSpinWait();
        }

        @Override
        public String newKey() {
            return "key-1";
        }
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    String lastLine() {
        return out().lines().toList().getLast();
    }

    static String entryJson(int seq) {
        return """
        {"run":"run-1","seq":%d,"at":"2026-01-01T00:00:00Z",\
        "event":{"type":"step_succeeded","step":"one","attempt":1,"remarks":[],%s},"notes":[]}\
        """
                .formatted(seq, USAGE);
    }

    static String entry(int seq) {
        return "id: %d\nevent: entry\ndata: %s\n\n".formatted(seq, entryJson(seq));
    }

    static String view(String status, String more) {
        return """
        {"run":"run-1","name":"demo","status":"%s","ladder":"v4","attempts":1,
         "phases":{"retry":1,"patch":0,"replan":0,"rollback":0},"duration_ms":1200,
         "cost_usd":"0.010000000","created_at":"2026-01-01T00:00:00Z","seq":0,
         "steps":[{"step":"one","status":"failed","attempt":1}]%s}\
        """
                .formatted(status, more);
    }

    /** As of the one entry, which may come later than the view. */
    private static String atItsEnd(String view) {
        return view.replace("\"seq\":0", "\"seq\":1");
    }

    void runEndsAs(String status) {
        server.on("POST /api/v1/runs", 201, view("queued", ""))
                .on("GET /api/v1/runs/run-1", 200, atItsEnd(view(status, "")))
                .on("GET /api/v1/runs/run-1/events", 200, ENTRY + END);
    }
}
