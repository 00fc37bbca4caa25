package dev.kintsugi.server.workspace.git;

import static java.util.stream.Collectors.joining;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache.FileKey;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/**
 * Decides which repositories a tenant's work may come from. Paths and hosts are refused unless
 * named, and what lies elsewhere is not looked at: a refusal does not tell what is there.
 */
final class Sources {
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
    private static final Pattern SCP_LIKE =
            Pattern.compile("([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):.+");
    private static final int MAX_SUGGESTIONS = 5;

    private final Function<String, List<Path>> roots;
    private final SortedSet<String> hosts;

    /**
     * @param roots the folders below which a tenant may name repositories by path
     */
    Sources(Function<String, List<Path>> roots, SortedSet<String> hosts) {
        this.roots = roots;
        this.hosts = new TreeSet<>(hosts.stream().map(h -> h.toLowerCase(Locale.ROOT)).toList());
    }

    /** Where work comes from. */
    sealed interface Source {
        /** What git is told. */
        String address();

        /** 16 hexadecimal digits, the same for the same address. */
        default String id() {
            return Sha256.brief(address());
        }
    }

    /**
     * A repository on this machine, its ref resolved.
     *
     * @param folder its root
     * @param subfolder the folder of it that is meant; null for all of it
     */
    record Local(Path folder, String commit, @Nullable Subfolder subfolder) implements Source {
        @Override
        public String address() {
            return folder.toString();
        }
    }

    /** A repository elsewhere, its ref a branch, tag or full commit id yet unknown. */
    record Remote(String url, String ref) implements Source {
        @Override
        public String address() {
            return url;
        }
    }

    /**
     * The source, if work may come from there.
     *
     * @throws WorkspaceException when it may not, or there is no such repository or ref
     */
    Source accept(String tenant, Plan.Workspace workspace) {
        var ref = workspace.ref();
        if (ref.isBlank() || ref.startsWith("-")) {
            throw unknownRef(ref, workspace.git(), "");
        }
        var git = workspace.git();
        if (git.startsWith("file://")) {
            return local(tenant, git.substring("file://".length()), ref);
        }
        var scpLike = SCP_LIKE.matcher(git);
        if (URL.matcher(git).matches()) {
            return remote(git, ref);
        }
        if (scpLike.matches()) {
            return remote(git, scpLike.group(2), ref);
        }
        return local(tenant, git, ref);
    }

    private Source remote(String url, String ref) {
        try {
            var uri = new URI(url);
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            var user = uri.getUserInfo();
            if (!List.of("https", "http", "ssh").contains(scheme) || uri.getHost() == null) {
                throw notAllowed(
                        "workspace.git: use a path, https, http or ssh, not '%s://'"
                                .formatted(scheme));
            }
            if (user != null && (user.contains(":") || !scheme.equals("ssh"))) {
                throw notAllowed(
                        "workspace.git: the URL of %s holds credentials: take them out of the plan"
                                .formatted(uri.getHost()));
            }
            return remote(url, uri.getHost(), ref);
        } catch (URISyntaxException e) {
            throw new WorkspaceException(
                    Code.NOT_ALLOWED, "workspace.git: not a URL: " + e.getReason(), e);
        }
    }

    private Source remote(String url, String host, String ref) {
        if (!hosts.contains(host.toLowerCase(Locale.ROOT))) {
            throw notAllowed(
                    "workspace.git: host %s is not allowed; allowed: %s. Add it to"
                                    .formatted(host, hosts.isEmpty() ? "none" : hosts)
                            + " KINTSUGI_WORKSPACE_HOSTS of the server");
        }
        var isName = Repository.isValidRefName(Constants.R_HEADS + ref);
        if (!isName) {
            throw unknownRef(ref, url, "; name a branch, tag or full commit id");
        }
        return new Remote(url, ref);
    }

    private Source local(String tenant, String git, String ref) {
        var allowed = roots.apply(tenant);
        if (allowed.isEmpty()) {
            throw notAllowed(
                    "workspace.git: paths are not taken from tenant %s: name a URL, or, for tenant default, add a folder to KINTSUGI_WORKSPACE_ROOTS of the server"
                            .formatted(tenant));
        }
        var folder = folder(git, allowed);
        var root = root(folder);
        try (var repository = open(within(root, git, allowed))) {
            within(repository.getCommonDirectory().toPath().toRealPath(), git, allowed);
            if (Files.exists(repository.getCommonDirectory().toPath().resolve("shallow"))) {
                throw new WorkspaceException(
                        Code.UNSUPPORTED,
                        "workspace.git: %s is a shallow clone, whose history is missing: run 'git fetch --unshallow' in it, or clone it again without --depth"
                                .formatted(root));
            }
            var commit = resolve(repository, root, ref);
            if (root.equals(folder)) {
                return new Local(root, commit.name(), null);
            }
            var subfolder = new Subfolder(slashed(root.relativize(folder)));
            if (!subfolder.isIn(repository, commit)) {
                throw notARepository(
                        "%s is not a git repository, and %s of %s has no such folder: commit it there, or run 'git init' in it"
                                .formatted(folder, ref, root));
            }
            return new Local(root, commit.name(), subfolder);
        } catch (IOException e) {
            throw new WorkspaceException(
                    Code.NOT_A_REPOSITORY,
                    "workspace.git: cannot read %s: %s".formatted(folder, e.getMessage()),
                    e);
        }
    }

    /** The root of the work tree that the folder lies in; the folder itself where there is none. */
    private static Path root(Path folder) {
        if (FileKey.isGitRepository(folder.toFile(), FS.DETECTED)) {
            return folder;
        }
        for (var above = folder; above != null; above = above.getParent()) {
            if (Files.exists(above.resolve(Constants.DOT_GIT))) {
                return above;
            }
        }
        return folder;
    }

    private static String slashed(Path relative) {
        return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
    }

    private static Path folder(String git, List<Path> allowed) {
        try {
            var path = Path.of(git);
            if (!path.isAbsolute()) {
                throw notAllowed(
                        "workspace.git: '%s' must be an absolute path or a URL".formatted(git));
            }
            var real = within(real(path.normalize()), git, allowed);
            if (!Files.isDirectory(real)) {
                throw notARepository("there is no folder " + path);
            }
            return real;
        } catch (InvalidPathException | IOException e) {
            throw new WorkspaceException(
                    Code.NOT_A_REPOSITORY, "workspace.git: cannot read '%s'".formatted(git), e);
        }
    }

    /** Where the path leads, as far as it is there. */
    private static Path real(Path path) throws IOException {
        for (var there = path; there != null; there = there.getParent()) {
            if (Files.exists(there)) {
                return there.toRealPath().resolve(there.relativize(path));
            }
        }
        return path;
    }

    /** The path itself, once it is known to be below one of these folders. */
    private static Path within(Path real, String git, List<Path> allowed) throws IOException {
        for (var root : allowed) {
            if (Files.isDirectory(root) && real.startsWith(root.toRealPath())) {
                return real;
            }
        }
        throw notAllowed(
                "workspace.git: %s is below none of the folders that work may come from (%s); add one"
                                .formatted(git, allowed)
                        + " to KINTSUGI_WORKSPACE_ROOTS of the server");
    }

    private static Repository open(Path folder) throws IOException {
        var dotGit = folder.resolve(Constants.DOT_GIT);
        var builder = new FileRepositoryBuilder().setMustExist(true);
        if (Files.exists(dotGit)) {
            builder.setWorkTree(folder.toFile());
        } else {
            builder.setGitDir(folder.toFile()).setBare();
        }
        try {
            return builder.setup().build();
        } catch (RepositoryNotFoundException e) {
            throw new WorkspaceException(
                    Code.NOT_A_REPOSITORY,
                    "workspace.git: %s is not a git repository: give one, or a folder of one, or run 'git init' there"
                            .formatted(folder),
                    e);
        }
    }

    private static ObjectId resolve(Repository repository, Path folder, String ref)
            throws IOException {
        ObjectId commit;
        try {
            commit = repository.resolve(ref + "^{commit}");
        } catch (org.eclipse.jgit.errors.RevisionSyntaxException e) {
            commit = null;
        }
        if (commit != null) {
            return commit;
        }
        var branches = new ArrayList<>(repository.getRefDatabase().getRefsByPrefix("refs/heads/"));
        if (branches.isEmpty() && repository.resolve(Constants.HEAD) == null) {
            throw new WorkspaceException(
                    Code.EMPTY_REPOSITORY,
                    "workspace.git: %s has no commit yet: commit something first"
                            .formatted(folder));
        }
        var names =
                branches.stream()
                        .limit(MAX_SUGGESTIONS)
                        .map(branch -> Repository.shortenRefName(branch.getName()))
                        .collect(joining(", "));
        throw unknownRef(ref, folder.toString(), names.isEmpty() ? "" : "; it has " + names);
    }

    static WorkspaceException unknownRef(String ref, String source, String more) {
        return new WorkspaceException(
                Code.UNKNOWN_REF,
                "workspace.ref: '%s' is no branch, tag or commit of %s%s"
                        .formatted(ref, source, more));
    }

    private static WorkspaceException notAllowed(String message) {
        return new WorkspaceException(Code.NOT_ALLOWED, message);
    }

    private static WorkspaceException notARepository(String why) {
        return new WorkspaceException(Code.NOT_A_REPOSITORY, "workspace.git: " + why);
    }
}
