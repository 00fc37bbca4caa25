package dev.kintsugi.cli.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The checkouts of failed attempts that this machine's server or worker has kept. */
public final class KeptCheckouts {
    /** As workers name them: the attempt, the lease's token, and a number where one has several. */
    private static final Pattern FOLDER = Pattern.compile("(\\d{1,9})\\.\\d+(?:\\.\\d+)?");

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private final Path home;

    public KeptCheckouts(Home home) {
        this.home = home.path();
    }

    /** A checkout that is kept. */
    public record Kept(Path path, int attempt) {}

    /**
     * The latest one of a step.
     *
     * @param attempt null for whichever is the latest
     */
    public @Nullable Kept find(String run, String step, @Nullable Integer attempt) {
        if (!PART.matcher(run).matches() || !PART.matcher(step).matches()) {
            return null;
        }
        return folders().stream()
                .flatMap(folder -> in(folder.resolve(run).resolve(step)).stream())
                .filter(path -> FOLDER.matcher(path.getFileName().toString()).matches())
                .map(path -> new Kept(path, attempt(path)))
                .filter(kept -> attempt == null || attempt == kept.attempt())
                .max(
                        Comparator.comparingInt(Kept::attempt)
                                .thenComparing(kept -> modified(kept.path())))
                .orElse(null);
    }

    /** The server's own worker has them in the home, each other worker in a folder of its own. */
    private List<Path> folders() {
        var folders = new ArrayList<Path>();
        folders.add(home.resolve("checkouts"));
        in(home.resolve("workers")).forEach(worker -> folders.add(worker.resolve("checkouts")));
        return folders;
    }

    private static List<Path> in(Path folder) {
        try (var found = Files.list(folder)) {
            return found.filter(path -> Files.isDirectory(path, NOFOLLOW_LINKS)).toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int attempt(Path path) {
        var name = path.getFileName().toString();
        return Integer.parseInt(name.substring(0, name.indexOf('.')));
    }

    private static long modified(Path path) {
        try {
            return Files.getLastModifiedTime(path, NOFOLLOW_LINKS).toMillis();
        } catch (IOException e) {
            return 0; // just deleted
        }
    }
}
