package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.benchmarks.runs.Engine.Tally;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A contender in a process of its own, seen from the one that asks it. */
final class ContenderProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** As a server is started, but with both compilers and a heap that fits 512 MB for all. */
    private static final List<String> OURS = List.of("-XX:+UseSerialGC", "-Xmx256m");

    private static final List<String> PEERS = List.of("-Xmx1g");

    private static final List<String> ALL =
            List.of(
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Contender contender;
    private final Process process;
    private final Path log;
    private final BufferedReader answers;
    private final Writer told;

    private ContenderProcess(Contender contender, Process process, Path log) {
        this.contender = contender;
        this.process = process;
        this.log = log;
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        told =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param folder for its files and its log
     */
    static ContenderProcess start(Contender contender, DatabaseLogin database, Path folder)
            throws IOException {
        var home = Files.createDirectories(folder.resolve(contender.database()));
        var log = folder.resolve(contender.database() + ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(contender == Contender.KINTSUGI ? OURS : PEERS);
        command.addAll(ALL);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Contestant.class.getName());
        command.addAll(List.of(contender.name(), database.url(), database.user(), home.toString()));
        var builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put(Contestant.PASSWORD, database.password());
        var started = new ContenderProcess(contender, builder.start(), log);
        started.answer();
        return started;
    }

    Contender contender() {
        return contender;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    Tally round(int inFlight, Duration time) throws IOException {
        return Json.mapper()
                .readValue(ask("round %d %d".formatted(inFlight, time.toMillis())), Tally.class);
    }

    KintsugiEngine.Crowd crowd(int runs, Duration warmUp, Duration time) throws IOException {
        var asked = "crowd %d %d %d".formatted(runs, warmUp.toMillis(), time.toMillis());
        return Json.mapper().readValue(ask(asked), KintsugiEngine.Crowd.class);
    }

    private String ask(String command) throws IOException {
        told.write(command + "\n");
        told.flush();
        return answer();
    }

    private String answer() throws IOException {
        for (var line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(Contestant.ANSWER)) {
                return line.substring(Contestant.ANSWER.length());
            }
        }
        throw new IOException(
                "%s ended before its time:%n%s"
                        .formatted(contender.title(), Files.readString(log)));
    }

    @Override
    public void close() throws IOException {
        told.close();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
