package dev.kintsugi.server.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files and folders that only their owner can read: modes 600 and 700. */
public final class OwnerOnly {
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private OwnerOnly() {}

    /**
     * Makes the folder and its missing parents; one that exists and is ours is closed to others.
     */
    public static Path folder(Path folder) throws IOException {
        Files.createDirectories(folder, FOLDER);
        if (isOpenToOthers(folder)) {
            Files.setPosixFilePermissions(folder, FOLDER.value());
        }
        return folder;
    }

    /** Whether anybody but its owner may look into the folder. */
    static boolean isOpenToOthers(Path folder) throws IOException {
        return !FOLDER.value().containsAll(Files.getPosixFilePermissions(folder));
    }

    /**
     * Writes the whole file or nothing: readers see the old content or the new, also after a crash.
     */
    public static void write(Path file, String content) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.deleteIfExists(next);
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(next, options, FILE)) {
            var bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
