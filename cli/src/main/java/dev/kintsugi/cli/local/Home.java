package dev.kintsugi.cli.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Where a user's local Kintsugi lives: {@code KINTSUGI_HOME}, by default {@code ~/.kintsugi}.
 *
 * @param path absolute
 */
public record Home(Path path) {

    public static Home of(Map<String, String> env) {
        var given = env.getOrDefault("KINTSUGI_HOME", "");
        var path = given.isBlank() ? userHome(env).resolve(".kintsugi") : Path.of(given);
        return new Home(path.toAbsolutePath().normalize());
    }

    /**
     * As every other tool of a shell sees it; Java's own property is what the system's accounts
     * say.
     */
    private static Path userHome(Map<String, String> env) {
        var given = env.getOrDefault("HOME", "");
        return Path.of(given.isBlank() ? System.getProperty("user.home") : given);
    }

    /** Makes the folder, for the user's eyes only, and those in it that a start needs. */
    public void make() {
        try {
            if (!Files.isDirectory(path)) {
                var mine = PosixFilePermissions.fromString("rwx------");
                Files.createDirectories(path, PosixFilePermissions.asFileAttribute(mine));
            }
            Files.createDirectories(logs());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** What is said when something in here cannot be read or written. */
    LocalServerException unusable(IOException cause) {
        var file = cause instanceof FileSystemException e ? e.getFile() : null;
        return new LocalServerException(
                "cannot use %s (%s): make it readable and writable, or set KINTSUGI_HOME to another folder"
                        .formatted(file == null ? path : file, Reason.of(cause)),
                cause);
    }

    Path serverFile() {
        return path.resolve("server.json");
    }

    Path rootsFile() {
        return path.resolve("workspace-roots.json");
    }

    Path startLock() {
        return path.resolve("start.lock");
    }

    public Path apiKey() {
        return path.resolve("api-key");
    }

    Path logs() {
        return path.resolve("logs");
    }

    public Path serverLog() {
        return logs().resolve("server.log");
    }

    /** What the command line could not tell in a sentence, the last time. */
    public Path cliErrorLog() {
        return logs().resolve("cli-error.log");
    }

    /**
     * What the server writes besides its log: why it could not start. Each start begins it anew.
     */
    Path startLog() {
        return logs().resolve("server-start.log");
    }
}
