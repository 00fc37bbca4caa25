package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What Linux tells about processes under {@code /proc}; nothing elsewhere. */
final class ProcFs {
    private static final Path ROOT = Path.of("/proc");
    private static final Path BOOT_ID = ROOT.resolve("sys/kernel/random/boot_id");

    /** Index of the fields of {@code stat} that follow the program's name; see proc(5). */
    private static final int STATE = 0;

    private static final int SESSION = 3;
    private static final int START_TICKS = 19;

    private ProcFs() {}

    record Stat(long session, long startTicks) {}

    static boolean isPresent() {
        return Files.isReadable(ROOT.resolve("self/stat"));
    }

    static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "unknown-boot"; // masked in some containers: ticks alone must do
        }
    }

    /** Empty when there is no such process any more, or only its unreaped remains. */
    static Optional<Stat> stat(long pid) {
        try {
            var text = Files.readString(ROOT.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The name is in parentheses and may itself hold spaces and parentheses.
            var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            var dead = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return dead
                    ? Optional.empty()
                    : Optional.of(
                            new Stat(
                                    Long.parseLong(fields[SESSION]),
                                    Long.parseLong(fields[START_TICKS])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the process was started with this variable; false when that cannot be read. */
    static boolean hasVariable(long pid, String assignment) {
        try {
            var environ =
                    Files.readString(ROOT.resolve(pid + "/environ"), StandardCharsets.ISO_8859_1);
            return ("\0" + environ).contains("\0" + assignment + "\0");
        } catch (IOException e) {
            return false; // another user's process, or gone
        }
    }

    static List<Long> pids() {
        var pids = new ArrayList<Long>();
        try (var entries = Files.newDirectoryStream(ROOT, "[0-9]*")) {
            entries.forEach(entry -> pids.add(Long.valueOf(entry.getFileName().toString())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list processes", e);
        }
        return pids;
    }
}
