package dev.kintsugi.server.workspace.git;

import dev.kintsugi.server.workspace.Delivery;
import dev.kintsugi.server.workspace.Inputs;
import dev.kintsugi.server.workspace.LeaseCheck;
import dev.kintsugi.server.workspace.PatchCommits;
import dev.kintsugi.server.workspace.Repositories;
import dev.kintsugi.server.workspace.Trees;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** The server's side of workspaces, put together. Safe for many threads. */
public final class GitServer {
    private final Store store;
    private final Repositories repositories;
    private final Inputs inputs;
    private final Delivery delivery;

    private GitServer(Git git, Settings settings) {
        var sources = new Sources(settings.roots(), settings.hosts());
        store = new Store(settings.home());
        repositories = new SourceRepositories(git, store, sources);
        inputs = new MergedInputs(store);
        delivery = new BranchDelivery(git, store, sources);
    }

    /**
     * Where things are and where work may come from.
     *
     * @param home {@code KINTSUGI_HOME}
     * @param roots folders below which a tenant may name repositories by path, none for no paths;
     *     asked anew for each
     * @param hosts hosts that URLs may name ({@code KINTSUGI_WORKSPACE_HOSTS}); none by default
     */
    public record Settings(Path home, Function<String, List<Path>> roots, SortedSet<String> hosts) {
        public Settings {
            hosts = Collections.unmodifiableSortedSet(new TreeSet<>(hosts));
        }
    }

    /**
     * Opens the server's repositories.
     *
     * @throws dev.kintsugi.server.workspace.WorkspaceException when git is missing or too old
     */
    public static GitServer open(Settings settings) throws InterruptedException {
        return new GitServer(Git.in(settings.home()), settings);
    }

    public Repositories repositories() {
        return repositories;
    }

    public Inputs inputs() {
        return inputs;
    }

    public Trees trees() {
        return new CommittedTrees(store);
    }

    public PatchCommits patches() {
        return new CorePatchCommits(store);
    }

    public Delivery delivery() {
        return delivery;
    }

    /**
     * Git over HTTP for workers, to be mapped to {@code /git/*}. Leases are its only authorisation.
     */
    public HttpServlet servlet(LeaseCheck leases) {
        return new GitHttp(store, inputs, leases);
    }
}
