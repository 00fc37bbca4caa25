package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.server.workspace.Remains;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * What belongs to one attempt alone: {@code home}, {@code tmp}, {@code work} for an attempt without
 * checkout, and the record by which its processes are found again after a crash.
 *
 * @param path an existing folder, readable by the worker's user only
 * @param marker names the attempt among all of this machine
 */
public record AttemptFolder(Path path, String marker) {
    private static final String OUTPUT = "kintsugi-output.json";
    private static final String RECEIPT = "kintsugi-receipt";

    /**
     * Makes the folder below {@code attempts} and records this worker as its owner.
     *
     * @param marker unique for the attempt, such as its task key and fencing token
     */
    public static AttemptFolder create(Path attempts, String marker) throws IOException {
        Files.createDirectories(attempts);
        var name = UUID.nameUUIDFromBytes(marker.getBytes(StandardCharsets.UTF_8)).toString();
        var folder = new AttemptFolder(attempts.toRealPath().resolve(name), name);
        folder.delete(); // left by a worker that died under the same marker
        ProcessRecord.of(name).write(folder.record());
        Files.createDirectory(
                folder.path(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectory(folder.home());
        Files.createDirectory(folder.tmp());
        Files.createDirectory(folder.work());
        return folder;
    }

    /** The private HOME. */
    public Path home() {
        return path.resolve("home");
    }

    /** The private TMPDIR. */
    public Path tmp() {
        return path.resolve("tmp");
    }

    /** Where an attempt without checkout works; empty at the start. */
    public Path work() {
        return path.resolve("work");
    }

    /**
     * Where the step's output lies, seen from outside. It was written by the step: open it without
     * following links.
     */
    public Path output() {
        return tmp().resolve(OUTPUT);
    }

    /** Where the step's output goes, seen from inside, where {@code tmp} is the private TMPDIR. */
    static String outputBelow(Path tmp) {
        return tmp.resolve(OUTPUT).toString();
    }

    /** Where the step's receipt lies, seen from outside; to be opened as its output is. */
    public Path receipt() {
        return tmp().resolve(RECEIPT);
    }

    /** Where the step's receipt goes, seen from inside. */
    static String receiptBelow(Path tmp) {
        return tmp.resolve(RECEIPT).toString();
    }

    /** The record lies beside the folder, so that it is there before the folder and after it. */
    Path record() {
        return path.resolveSibling(path.getFileName() + Orphans.RECORD);
    }

    /** Deletes the folder with all that is in it; links are deleted, never followed. */
    public void delete() throws IOException {
        Remains.delete(path);
        Files.deleteIfExists(record());
    }
}
