package dev.kintsugi.server.platform.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL server that runs on a data folder, as its {@code postmaster.pid} says.
 *
 * @param port on 127.0.0.1
 */
record Postmaster(long pid, int port) {
    private static final int PORT_LINE = 3;

    /**
     * The one that lives; a file left behind by one that died is removed, also when its pid belongs
     * to another now.
     */
    static Optional<Postmaster> on(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
        if (lines.size() <= PORT_LINE) {
            Files.delete(file);
            return Optional.empty();
        }
        var found =
                new Postmaster(
                        Long.parseLong(lines.getFirst()), Integer.parseInt(lines.get(PORT_LINE)));
        if (ProcessHandle.of(found.pid).filter(process -> serves(process, data)).isPresent()) {
            return Optional.of(found);
        }
        Files.delete(file);
        return Optional.empty();
    }

    private static boolean serves(ProcessHandle process, Path data) {
        return process.info()
                .arguments()
                .map(List::of)
                .filter(arguments -> arguments.contains(data.toString()))
                .isPresent();
    }
}
