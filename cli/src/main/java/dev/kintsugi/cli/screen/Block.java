package dev.kintsugi.cli.screen;

import dev.kintsugi.client.run.RunView.StepStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** The part of the screen that is drawn anew: the run, its steps, and what it has spent. */
final class Block {
    /** Most columns of a step's name before its state. */
    private static final int MAX_NAME = 28;

    private Block() {}

    /** The block in at most {@code rows} lines, 4 or more. */
    static List<Line> of(Screen screen, int rows, Instant now) {
        var lines = new ArrayList<Line>();
        lines.add(head(screen, now));
        var shown = shown(screen.steps(), rows - 2);
        int name = shown.stream().mapToInt(line -> Text.width(line.step())).max().orElse(0);
        shown.forEach(line -> lines.add(step(line, Math.min(name, MAX_NAME))));
        int hidden = screen.steps().size() - shown.size();
        if (hidden > 0) {
            lines.add(
                    Line.of(Style.DIM, "  … " + Text.count(hidden, "more step") + counts(screen)));
        }
        return lines;
    }

    private static Line head(Screen screen, Instant now) {
        var view = screen.view();
        var elapsed = Text.time(now.toEpochMilli() - screen.since().toEpochMilli());
        var line =
                Line.of(Style.BOLD, view.name())
                        .and(Style.DIM, "  " + view.run() + "  ")
                        .and(Story.lower(view.status()));
        return line.and(
                Style.DIM,
                "  %s · %s · %s"
                        .formatted(
                                elapsed,
                                Text.count(view.attempts(), "repair attempt"),
                                Text.dollars(screen.costNanoUsd())));
    }

    /** All steps when they fit; otherwise those that matter most now, in plan order. */
    private static List<StepLine> shown(List<StepLine> steps, int room) {
        if (steps.size() <= room) {
            return steps;
        }
        var chosen =
                steps.stream()
                        .sorted(Comparator.comparingInt(Block::urgency))
                        .limit(Math.max(1, room - 1))
                        .collect(
                                Collectors.toCollection(
                                        () -> Collections.newSetFromMap(new IdentityHashMap<>())));
        return steps.stream().filter(chosen::contains).toList();
    }

    private static int urgency(StepLine line) {
        return switch (line.status()) {
            case REPAIRING, UNKNOWN -> 0;
            case FAILED -> 1;
            case RUNNING -> 2;
            case QUEUED, WAITING -> 3;
            case PENDING -> 4;
            case UNDONE -> 5;
            case SKIPPED -> 6;
            case SUCCEEDED -> 7;
        };
    }

    private static String counts(Screen screen) {
        long done = screen.steps().stream().filter(s -> s.status() == StepStatus.SUCCEEDED).count();
        return ", %d of %d done".formatted(done, screen.steps().size());
    }

    private static Line step(StepLine step, int name) {
        var line =
                Line.of(colour(step.status()), "  " + symbol(step.status()) + " ")
                        .and(Text.pad(step.step(), name))
                        .and(Style.DIM, "  " + Text.pad(state(step), 10));
        if (step.attempt() > 1) {
            line = line.and(Style.DIM, " attempt " + step.attempt());
        }
        if (step.status() == StepStatus.SUCCEEDED) {
            return line.and(Style.DIM, " " + Text.time(step.millis()));
        }
        var failure = step.failure();
        return failure == null ? line : line.and(Style.DIM, "  " + failure);
    }

    private static String state(StepLine step) {
        var phase = step.phase();
        return phase == null ? Story.lower(step.status()) : Story.lower(phase);
    }

    static String symbol(StepStatus status) {
        return switch (status) {
            case PENDING -> "·";
            case WAITING -> "◌";
            case QUEUED -> "○";
            case RUNNING -> "▶";
            case REPAIRING -> "✎";
            case UNKNOWN -> "?";
            case SUCCEEDED -> "✓";
            case FAILED -> "✗";
            case SKIPPED -> "-";
            case UNDONE -> "↶";
        };
    }

    static Style colour(StepStatus status) {
        return switch (status) {
            case PENDING, WAITING, QUEUED, SKIPPED -> Style.DIM;
            case RUNNING -> Style.CYAN;
            case REPAIRING -> Style.MAGENTA;
            case SUCCEEDED -> Style.GREEN;
            case FAILED -> Style.RED;
            case UNDONE, UNKNOWN -> Style.YELLOW;
        };
    }
}
