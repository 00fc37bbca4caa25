package dev.kintsugi.client.task;

import dev.kintsugi.client.json.Json;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The files that an attempt left to be kept, sorted by name. Kept as JSON by the hash of that, as
 * the files themselves are by theirs.
 *
 * @param files at most {@link #MAX_FILES}, no name twice
 */
public record Artifacts(List<File> files) {
    /** Most files of an attempt. */
    public static final int MAX_FILES = 100;

    /** Largest file, in bytes. */
    public static final int MAX_BYTES = 16 << 20;

    /** Most bytes of all files of an attempt. */
    public static final long MAX_BYTES_TOGETHER = 64 << 20;

    private static final int MAX_NAME = 500;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME =
            Pattern.compile("(?!/)(?!(?:.*/)?\\.{0,2}(?:/|$))[^\\\\\\p{Cc}]{1,500}");

    public Artifacts {
        if (files == null) { // JSON that does not name them
            throw new IllegalArgumentException("files are missing");
        }
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param name its path, relative, with slashes; leads nowhere outside
     * @param hash SHA-256 of its content in hexadecimal
     * @param size in bytes
     */
    public record File(String name, String hash, long size) {
        public File {
            if (name == null || hash == null || !isName(name)) {
                throw new IllegalArgumentException(
                        "an artifact's name must be a relative path of 1 to %d characters that leads nowhere outside"
                                .formatted(MAX_NAME));
            }
            if (!HASH.matcher(hash).matches() || size < 0 || size > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "artifact %s must have a SHA-256 and at most %d bytes"
                                .formatted(name, MAX_BYTES));
            }
        }
    }

    /** Whether a file may have this name: on no machine does it lead out of a folder. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** As it is kept. */
    public byte[] bytes() {
        return Json.canonical(this);
    }

    /**
     * What is kept.
     *
     * @throws IllegalArgumentException when these are no artifacts
     */
    public static Artifacts read(byte[] bytes) {
        try {
            @Nullable Artifacts read = Json.mapper().readValue(bytes, Artifacts.class);
            if (read == null) {
                throw new IllegalArgumentException("these are no artifacts");
            }
            var together = read.files().stream().mapToLong(File::size).sum();
            var names = read.files().stream().map(File::name).distinct().count();
            if (read.files().size() > MAX_FILES
                    || together > MAX_BYTES_TOGETHER
                    || names < read.files().size()) {
                throw new IllegalArgumentException(
                        "artifacts must be at most %d files of other names and %d bytes"
                                .formatted(MAX_FILES, MAX_BYTES_TOGETHER));
            }
            return read;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("these are no artifacts", e);
        }
    }
}
