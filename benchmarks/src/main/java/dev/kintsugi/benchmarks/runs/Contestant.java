package dev.kintsugi.benchmarks.runs;

import ch.qos.logback.classic.Level;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of one contender. It is told on standard input what to do, a line each, and answers
 * with a line of JSON: {@code round IN_FLIGHT MILLIS} and, of Kintsugi alone, {@code crowd RUNS
 * WARM_UP_MILLIS MILLIS}. It ends with its input.
 */
final class Contestant {
    /** Begins the lines that are answers; whatever else is printed is a library's. */
    static final String ANSWER = "@ ";

    /** The environment variable with the database's password. */
    static final String PASSWORD = "BENCH_DB_PASSWORD";

    private Contestant() {}

    static void main(String[] args) throws Exception {
        hush();
        var contender = Contender.valueOf(args[0]);
        var login = new DatabaseLogin(args[1], args[2], System.getenv(PASSWORD));
        try (var engine = contender.open(login, Path.of(args[3]))) {
            answer("ready");
            obey(engine);
        }
        System.exit(0); // some libraries leave threads behind
    }

    /** Lets libraries tell of trouble alone. */
    static void hush() {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
                instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.WARN);
        }
    }

    private static void obey(Engine engine) throws Exception {
        var told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = told.readLine(); line != null; line = told.readLine()) {
            var words = line.split(" ");
            int many = Integer.parseInt(words[1]);
            var time = Duration.ofMillis(Long.parseLong(words[2]));
            if (words[0].equals("round")) {
                answer(engine.during(many, time));
            } else if (engine instanceof KintsugiEngine kintsugi) {
                answer(kintsugi.crowd(many, time, Duration.ofMillis(Long.parseLong(words[3]))));
            } else {
                throw new IOException("not a command: " + line);
            }
        }
    }

    private static void answer(Object what) {
        System.out.println(ANSWER + Json.mapper().writeValueAsString(what));
        System.out.flush();
    }
}
