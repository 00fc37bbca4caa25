package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.run.machine.Course;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.run.machine.RunState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The log of a run as some version wrote it, with what clients saw at its end: a file of lines of
 * JSON, the head first, then the events, then the view.
 */
record KeptLog(Head head, List<Line> lines, RunView view) {
    /** What stands beside the log. The plan is JSON. */
    record Head(String run, String tenant, int rules, String plan) {}

    /** An event: its exact bytes as text, and its place in the chain in hexadecimal digits. */
    record Line(long seq, String body, String mac) {}

    /** Where folding the log leads. */
    record End(RunState state, RunView view) {}

    static KeptLog of(Head head, List<LoggedEvent> log) {
        var lines = new ArrayList<Line>();
        for (var logged : log) {
            lines.add(
                    new Line(
                            logged.seq(),
                            new String(logged.body(), StandardCharsets.UTF_8),
                            HexFormat.of().formatHex(logged.mac())));
        }
        return new KeptLog(head, lines, fold(head, lines).view());
    }

    static KeptLog read(Path file) throws IOException {
        var text = Files.readAllLines(file);
        var lines = new ArrayList<Line>();
        for (var line : text.subList(1, text.size() - 1)) {
            lines.add(Json.mapper().readValue(line, Line.class));
        }
        return new KeptLog(
                Json.mapper().readValue(text.getFirst(), Head.class),
                lines,
                Json.mapper().readValue(text.getLast(), RunView.class));
    }

    void write(Path file) throws IOException {
        var text = new ArrayList<String>();
        text.add(Json.mapper().writeValueAsString(head));
        lines.forEach(line -> text.add(Json.mapper().writeValueAsString(line)));
        text.add(Json.mapper().writeValueAsString(view));
        Files.write(file, text);
    }

    /** The mac that the chain has at its end when every event is what was written. */
    String chained(Chain chain) {
        var mac = chain.start(head.tenant(), head.run());
        for (var line : lines) {
            mac = chain.next(mac, line.seq(), line.body().getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(mac);
    }

    End fold() {
        return fold(head, lines);
    }

    /** The log as a store has it that wrote it under these rules, whatever its events say. */
    List<LoggedEvent> decidedUnder(int rules) {
        var machine = new RunMachine(course(head));
        var state = RunState.initial();
        var logged = new ArrayList<LoggedEvent>();
        for (var line : lines) {
            var body = line.body().getBytes(StandardCharsets.UTF_8);
            var entry = LogEntry.read(body);
            var event = entry.envelope(head.run(), line.seq());
            var envelope =
                    new Envelope(event.run(), event.seq(), event.at(), event.entropy(), rules);
            var decision = machine.decide(state, envelope, entry.event());
            state = decision.state();
            var mac = HexFormat.of().parseHex(line.mac());
            logged.add(new LoggedEvent(line.seq(), body, mac, Turn.notes(decision.actions())));
        }
        return logged;
    }

    /** Where the run stands that wrote it, for a store. */
    RunRow row(int rules) {
        return new RunRow(
                head.tenant(),
                head.run(),
                "kept",
                view.status(),
                rules,
                lines.size(),
                HexFormat.of().parseHex(lines.getLast().mac()),
                view.createdAt(),
                view.finishedAt(),
                null,
                null,
                null,
                null);
    }

    private static Course course(Head head) {
        var plan = Json.mapper().readValue(head.plan(), Plan.class);
        return new Course(head.run(), head.tenant(), plan);
    }

    private static End fold(Head head, List<Line> lines) {
        var course = course(head);
        var machine = new RunMachine(course);
        var state = RunState.initial();
        var begin = Instant.EPOCH;
        var at = Instant.EPOCH;
        for (var line : lines) {
            var entry = LogEntry.read(line.body().getBytes(StandardCharsets.UTF_8));
            begin = line.seq() == 1 ? entry.at() : begin;
            at = entry.at();
            var envelope = entry.envelope(head.run(), line.seq());
            state = machine.decide(state, envelope, entry.event()).state();
        }
        var row =
                new RunRow(
                        head.tenant(),
                        head.run(),
                        course.plan().name(),
                        RunStatus.QUEUED,
                        head.rules(),
                        lines.size(),
                        new byte[0],
                        begin,
                        null,
                        null,
                        null,
                        null,
                        null);
        return new End(
                state,
                RunViews.whole(
                        row, course, machine, state, new RunViews.Now(at, Map.of(), Map.of())));
    }
}
