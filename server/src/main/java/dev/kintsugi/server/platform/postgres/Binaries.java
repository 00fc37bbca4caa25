package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.OwnerOnly;
import dev.kintsugi.server.platform.StartFailure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.springframework.util.FileSystemUtils;

/** The programs of PostgreSQL, unpacked from the class path once per version. */
final class Binaries {
    /** Must be the version of the artefact in the build; a test compares them. */
    static final String VERSION = "18.6";

    private Binaries() {}

    /**
     * The folder that holds {@code bin}, {@code lib} and {@code share}. It appears under its name
     * only when it is complete.
     */
    static Path unpackedIn(Path folder) throws IOException {
        Path target = folder.resolve("bin-" + VERSION);
        if (Files.isDirectory(target)) {
            return target;
        }
        OwnerOnly.folder(folder);
        Path partial = Files.createTempDirectory(folder, "unpacking-");
        try {
            unpack(resource(), partial);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.isDirectory(
                    target)) { // else another process was faster, with the same content
                throw e;
            }
        } finally {
            FileSystemUtils.deleteRecursively(partial);
        }
        return target;
    }

    private static void unpack(String resource, Path target) throws IOException {
        try (InputStream packed = Binaries.class.getResourceAsStream(resource)) {
            if (packed == null) {
                throw new StartFailure(
                        "This build has no embedded PostgreSQL for this platform (%s is missing): set KINTSUGI_DB_URL to a PostgreSQL 16 or newer."
                                .formatted(resource));
            }
            var tar =
                    new TarArchiveInputStream(
                            new XZCompressorInputStream(new BufferedInputStream(packed)));
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(entry, tar, target);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path target)
            throws IOException {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
            throw new IOException(
                    "The PostgreSQL archive names a file outside its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, path);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static String resource() {
        String system = System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
        String architecture =
                switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    case String other -> other;
                };
        return "/postgres-%s-%s.txz".formatted(system, architecture);
    }
}
