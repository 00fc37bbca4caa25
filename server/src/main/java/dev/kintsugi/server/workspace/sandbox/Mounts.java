package dev.kintsugi.server.workspace.sandbox;

import static java.util.Comparator.comparingInt;
import static java.util.Comparator.naturalOrder;

import dev.kintsugi.client.plan.Gate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The view of the file system that a command gets, as arguments of bubblewrap. Order matters: first
 * the whole system read-only, then covers over what is private, outer ones before inner ones, then
 * what the command may see below the covers.
 */
final class Mounts {
    /** Homes of people, and sockets of daemons: a read-only mount would not stop a connection. */
    private static final List<Path> PRIVATE =
            List.of(Path.of("/root"), Path.of("/home"), Path.of("/run"));

    /** Readable for a worker that runs as root. */
    private static final List<Path> PASSWORDS =
            List.of(Path.of("/etc/shadow"), Path.of("/etc/gshadow"));

    private static final List<Path> TMP = List.of(Path.of("/tmp"), Path.of("/var/tmp"));
    private static final Path RESOLVER = Path.of("/etc/resolv.conf");
    private static final Path NOTHING = Path.of("/dev/null");

    private static final String BASICS =
            "--unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent"
                    + " --new-session --cap-drop ALL --ro-bind / / --dev /dev --proc /proc";

    private final SandboxSettings settings;
    private final SandboxCommand command;
    private final Path directory;
    private final Path home;
    private final SortedMap<Path, Cover> covers;

    Mounts(SandboxSettings settings, SandboxCommand command) throws IOException {
        this.settings = settings;
        this.command = command;
        this.directory = command.directory().toRealPath();
        this.home = home(realOrSame(settings.userHome()), command.folder());
        this.covers = covers();
        for (var place : covers.keySet()) {
            if (place.startsWith(directory)) {
                throw new SandboxException(
                        "%s cannot be a step's folder because %s lies in it"
                                .formatted(directory, place));
            }
        }
    }

    /**
     * What is seen instead of a private folder.
     *
     * @param source the folder seen; null for an empty one that nobody can write to
     */
    private record Cover(@Nullable Path source) {}

    /**
     * The private HOME appears where the user's own home is, since some programs (Java, SSH) look
     * it up by user and not by variable. A user without a home gets it where it is.
     */
    private static Path home(Path userHome, AttemptFolder folder) {
        return Files.isDirectory(userHome) && userHome.getNameCount() > 0
                ? userHome
                : folder.home();
    }

    /** Where the private HOME appears. */
    Path home() {
        return home;
    }

    private SortedMap<Path, Cover> covers() {
        var all =
                new TreeMap<Path, Cover>(
                        comparingInt(Path::getNameCount).thenComparing(naturalOrder()));
        PRIVATE.forEach(place -> all.put(place, new Cover(null)));
        all.put(realOrSame(settings.kintsugiHome()), new Cover(null));
        TMP.forEach(place -> all.put(place, new Cover(command.folder().tmp())));
        all.put(home, new Cover(command.folder().home()));
        all.keySet().removeIf(place -> !Files.isDirectory(place));
        return all;
    }

    List<String> arguments() throws IOException {
        var arguments = new ArrayList<>(List.of(BASICS.split(" ")));
        if (command.network() != Gate.Network.FULL) {
            arguments.add("--unshare-net"); // comes with a loopback of its own
        }
        PASSWORDS.stream()
                .filter(Files::isReadable)
                .forEach(file -> arguments.addAll(bind("--ro-bind", NOTHING, file)));
        covers.forEach((place, cover) ->
                arguments.addAll(
                        cover.source() == null
                                ? List.of("--tmpfs", place.toString())
                                : bind("--bind", cover.source(), place)));
        uncover(arguments);
        covers.forEach((place, cover) -> {
            if (cover.source() == null) {
                arguments.addAll(List.of("--remount-ro", place.toString()));
            }
        });
        arguments.addAll(List.of("--chdir", directory.toString()));
        return arguments;
    }

    private void uncover(List<String> arguments) throws IOException {
        if (Files.exists(RESOLVER) && isCovered(RESOLVER.toRealPath())) {
            arguments.addAll(bind("--ro-bind", RESOLVER.toRealPath(), RESOLVER.toRealPath()));
        }
        for (var tool : settings.readable()) {
            var real = realOrSame(tool);
            for (var place : real.equals(tool) ? List.of(tool) : List.of(real, tool)) {
                if (isCovered(place) && !wouldUncoverAll(real)) {
                    arguments.addAll(bind("--ro-bind-try", real, place));
                }
            }
        }
        for (var place : command.readable()) {
            arguments.addAll(bind("--ro-bind", place.toRealPath(), place.toRealPath()));
        }
        arguments.addAll(bind("--bind", directory, directory));
        for (var place : command.writable()) {
            arguments.addAll(bind("--bind", place.toRealPath(), place.toRealPath()));
        }
    }

    private boolean isCovered(Path place) {
        return covers.keySet().stream().anyMatch(place::startsWith);
    }

    /** A home on the PATH must not show the home. */
    private boolean wouldUncoverAll(Path place) {
        return covers.keySet().stream().anyMatch(cover -> cover.startsWith(place));
    }

    private static List<String> bind(String option, Path source, Path place) {
        return List.of(option, source.toString(), place.toString());
    }

    private static Path realOrSame(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize(); // not there: nothing to hide or show
        }
    }
}
