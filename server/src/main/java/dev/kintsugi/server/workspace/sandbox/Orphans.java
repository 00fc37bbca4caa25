package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** Ends what workers that were killed left behind: processes and attempt folders. */
public final class Orphans {
    private static final Logger log = LoggerFactory.getLogger(Orphans.class);

    /** Ending of the records' names. */
    static final String RECORD = ".process.json";

    private Orphans() {}

    /**
     * Kills every process of attempts below the folder whose worker no longer lives, and deletes
     * their folders. Attempts of living workers, this one's included, are left alone.
     *
     * @return markers of the attempts that were ended
     * @throws IOException when the folder cannot be read; what cannot be ended is logged instead
     */
    public static List<String> reap(Path attempts) throws IOException {
        var reaped = new ArrayList<String>();
        if (Files.isDirectory(attempts)) {
            try (var records = Files.newDirectoryStream(attempts, "*" + RECORD)) {
                for (var file : records) {
                    reapOne(file, reaped);
                }
            }
        }
        return reaped;
    }

    private static void reapOne(Path file, List<String> reaped) {
        try {
            var record = ProcessRecord.read(file);
            if (record.worker().isAlive()) {
                return;
            }
            if (!end(record)) {
                log.warn("some process of attempt {} cannot be killed", record.marker());
                return;
            }
            var name = file.getFileName().toString().replace(RECORD, "");
            new AttemptFolder(file.resolveSibling(name), record.marker()).delete();
            reaped.add(record.marker());
        } catch (IOException | JacksonException e) {
            log.warn("cannot clean up after {}: {}", file, e.toString());
        }
    }

    private static boolean end(ProcessRecord record) {
        var process = record.process();
        var root =
                process != null && process.isAlive()
                        ? ProcessHandle.of(process.pid()).orElse(null)
                        : null;
        var gone = new ProcessTree(root, record.marker()).kill();
        if (root != null) {
            root.destroyForcibly();
        }
        // Only now is a process that the first one started meanwhile no longer joined by others.
        return gone && new ProcessTree(null, record.marker()).kill();
    }
}
