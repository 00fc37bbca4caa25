package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kintsugi.client.plan.Glob;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.Artifacts;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Takes the files that a step names as artifacts, by their content. Links are neither followed nor
 * taken, so that nothing outside of the attempt's folder comes along.
 */
final class ArtifactCapture {
    /** Most files that are looked at to find them. */
    private static final int MAX_LOOKED_AT = 200_000;

    private final Path folder;
    private final List<Glob> wanted;
    private final Redactor secrets;

    ArtifactCapture(Path folder, List<String> globs, Redactor secrets) {
        this.folder = folder;
        this.wanted = globs.stream().map(Glob::new).toList();
        this.secrets = secrets;
    }

    /**
     * The files, each kept by {@code keep}, which answers its hash.
     *
     * @throws StepRefusedException when they are too many or too large, or hold a secret
     */
    Artifacts take(Function<byte[], String> keep) throws IOException, StepRefusedException {
        var found = find();
        if (found.size() > Artifacts.MAX_FILES) {
            throw refused(
                    "%d files match, at most %d may: name fewer, or pack them"
                            .formatted(found.size(), Artifacts.MAX_FILES));
        }
        var files = new ArrayList<Artifacts.File>();
        long together = 0;
        for (var one : found.entrySet()) {
            var bytes = read(one.getKey(), one.getValue());
            together += bytes.length;
            if (together > Artifacts.MAX_BYTES_TOGETHER) {
                throw refused(
                        "they have more than %d MiB together"
                                .formatted(Artifacts.MAX_BYTES_TOGETHER >> 20));
            }
            files.add(new Artifacts.File(one.getKey(), keep.apply(bytes), bytes.length));
        }
        return new Artifacts(files);
    }

    private SortedMap<String, Path> find() throws IOException, StepRefusedException {
        var found = new TreeMap<String, Path>();
        var walk = new Walk(found);
        Files.walkFileTree(folder, walk);
        if (walk.lookedAt > MAX_LOOKED_AT) {
            throw refused("the step left more than %,d files".formatted(MAX_LOOKED_AT));
        }
        return found;
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final SortedMap<String, Path> found;
        private int lookedAt;

        Walk(SortedMap<String, Path> found) {
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            return path.equals(folder.resolve(".git"))
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            var name = folder.relativize(file).toString();
            if (attributes.isRegularFile()
                    && Artifacts.isName(name)
                    && wanted.stream().anyMatch(glob -> glob.matches(name))) {
                found.put(name, file);
            }
            return ++lookedAt > MAX_LOOKED_AT
                    ? FileVisitResult.TERMINATE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE; // gone or closed to us: nothing to take
        }
    }

    private byte[] read(String name, Path file) throws IOException, StepRefusedException {
        try (var in = Files.newInputStream(file, NOFOLLOW_LINKS)) {
            var bytes = in.readNBytes(Artifacts.MAX_BYTES + 1);
            if (bytes.length > Artifacts.MAX_BYTES) {
                throw refused(
                        "%s is larger than %d MiB".formatted(name, Artifacts.MAX_BYTES >> 20));
            }
            if (secrets.reveals("", new String(bytes, UTF_8))) {
                throw refused("%s holds a secret's value".formatted(secrets.redact(name)));
            }
            return bytes;
        }
    }

    private static StepRefusedException refused(String problem) {
        return StepRefusedException.output("the step's artifacts were not taken: " + problem);
    }
}
