package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.workspace.gate.GitText;
import java.util.List;

/** A text cut into lines that keep their line ends. */
final class Lines {
    private final List<String> lines;

    Lines(String text) {
        lines = GitText.lines(text);
    }

    int count() {
        return lines.size();
    }

    boolean has(int line) {
        return line >= 1 && line <= lines.size();
    }

    /** A line without its line end; lines count from 1. */
    String get(int line) {
        return lines.get(line - 1).replaceFirst("\\r?\\n$", "");
    }

    void set(int line, String text) {
        String old = lines.get(line - 1);
        lines.set(line - 1, text + old.substring(get(line).length()));
    }

    /** Puts a line before the one with this number; count + 1 appends. */
    void insert(int line, String text) {
        boolean windows = !lines.isEmpty() && lines.getFirst().endsWith("\r\n");
        if (line > lines.size() && !lines.isEmpty() && !lines.getLast().endsWith("\n")) {
            lines.set(lines.size() - 1, lines.getLast() + (windows ? "\r\n" : "\n"));
        }
        lines.add(line - 1, text + (windows ? "\r\n" : "\n"));
    }

    void delete(int line) {
        lines.remove(line - 1);
    }

    @Override
    public String toString() {
        return String.join("", lines);
    }
}
