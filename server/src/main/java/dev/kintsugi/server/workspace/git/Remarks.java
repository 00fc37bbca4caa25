package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import dev.kintsugi.server.workspace.git.Sources.Local;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** What people should know of a source before work begins, and what makes it unfit. */
final class Remarks {
    private static final int MAX_NAMES = 5;

    /** A pointer file is smaller than this, in bytes. */
    private static final int MAX_POINTER_BYTES = 1024;

    /** How much of a file of attributes is looked at, in bytes. */
    private static final int MAX_ATTRIBUTES_BYTES = 1 << 20;

    private static final String POINTER = "version https://git-lfs.github.com/spec/v1";

    private Remarks() {}

    /** That the workspace is only a folder of its repository. */
    static Optional<String> subfolder(Local source) {
        return Optional.ofNullable(source.subfolder())
                .map(folder ->
                        "the workspace is the folder %s of the repository %s"
                                .formatted(folder.path(), source.folder()));
    }

    /** Changes of the source's own checkout that are not committed, so that no step sees them. */
    static Optional<String> uncommitted(Git git, Local local) throws InterruptedException {
        var source = local.folder();
        var meant = local.subfolder() == null ? "." : local.subfolder().path();
        if (!Files.exists(source.resolve(".git"))) {
            return Optional.empty();
        }
        var place =
                git.at(source)
                        .with("GIT_CEILING_DIRECTORIES", String.valueOf(source.getParent()))
                        .with("GIT_LITERAL_PATHSPECS", "1");
        var command = new ArrayList<>(List.of("-c", "core.fsmonitor=false"));
        var filters = filters(place);
        if (filters.stream().anyMatch(name -> name.contains("="))) {
            return Optional.empty(); // it cannot be taken away
        }
        filters.forEach(name -> command.addAll(List.of("-c", name + "=")));
        command.addAll(List.of("status", "--porcelain", "-z", "--no-renames"));
        command.addAll(List.of("--ignore-submodules=all", "--", meant));
        var said = place.run(Git.LOCAL, command.toArray(String[]::new));
        var names = new ArrayList<String>();
        for (var entry : said.text().split("\0")) {
            if (entry.length() > 3) {
                names.add(entry.substring(3));
            }
        }
        if (names.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                "%d uncommitted %s in %s: steps do not see them (%s)"
                        .formatted(
                                names.size(),
                                names.size() == 1 ? "change" : "changes",
                                source,
                                firstOf(names)));
    }

    /**
     * Settings of the source's own filters. To compare its files, git would start the programs that
     * they name, as this server.
     */
    private static SortedSet<String> filters(Git.Place place) throws InterruptedException {
        var set =
                place.run(
                        Git.LOCAL,
                        "config",
                        "--includes",
                        "-z",
                        "--name-only",
                        "--get-regexp",
                        "^filter\\.");
        var names = new TreeSet<>(Arrays.asList(set.text().split("\0")));
        names.remove("");
        return names;
    }

    /** Submodules of a commit, whose folders stay empty. */
    static Optional<String> submodules(Repository repository, ObjectId commit) throws IOException {
        var submodules = new ArrayList<String>();
        try (var walk = files(repository, commit)) {
            while (walk.next()) {
                if (walk.getFileMode(0) == FileMode.GITLINK) {
                    submodules.add(walk.getPathString());
                }
            }
        }
        return submodules.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "submodules are not brought in, their folders are empty: "
                                + firstOf(submodules));
    }

    /**
     * Looks for files that are only pointers to others.
     *
     * @throws WorkspaceException when there are some
     */
    static void refuseLfs(Repository repository, ObjectId commit) throws IOException {
        if (!usesLfs(repository, commit)) {
            return;
        }
        var pointers = new ArrayList<String>();
        try (var walk = files(repository, commit)) {
            while (walk.next()) {
                if (walk.getFileMode(0) != FileMode.GITLINK && isPointer(repository, walk)) {
                    pointers.add(walk.getPathString());
                }
            }
        }
        if (!pointers.isEmpty()) {
            throw new WorkspaceException(
                    Code.UNSUPPORTED,
                    ("workspace.git: files kept by Git LFS cannot be brought in (%s): commit the"
                                    + " files themselves, for instance by 'git lfs migrate export'")
                            .formatted(firstOf(pointers)));
        }
    }

    private static boolean usesLfs(Repository repository, ObjectId commit) throws IOException {
        try (var walk = files(repository, commit)) {
            while (walk.next()) {
                if (walk.getNameString().equals(".gitattributes")
                        && contains(repository.open(walk.getObjectId(0)), "filter=lfs")) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isPointer(Repository repository, TreeWalk walk) throws IOException {
        var blob = repository.open(walk.getObjectId(0));
        return blob.getSize() <= MAX_POINTER_BYTES && contains(blob, POINTER);
    }

    private static boolean contains(ObjectLoader blob, String text) throws IOException {
        try (var stream = blob.openStream()) {
            return new String(stream.readNBytes(MAX_ATTRIBUTES_BYTES), ISO_8859_1).contains(text);
        }
    }

    private static TreeWalk files(Repository repository, ObjectId commit) throws IOException {
        try (var commits = new RevWalk(repository)) {
            var walk = new TreeWalk(repository);
            walk.addTree(commits.parseCommit(commit).getTree());
            walk.setRecursive(true);
            return walk;
        }
    }

    private static String firstOf(List<String> names) {
        var first = String.join(", ", names.subList(0, Math.min(MAX_NAMES, names.size())));
        return names.size() > MAX_NAMES ? first + " and others" : first;
    }
}
