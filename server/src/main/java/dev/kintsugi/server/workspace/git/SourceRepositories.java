package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.Repositories;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import dev.kintsugi.server.workspace.git.Sources.Local;
import dev.kintsugi.server.workspace.git.Sources.Remote;
import dev.kintsugi.server.workspace.git.Sources.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * Fetches each source into a mirror of its tenant, from which the repositories of runs borrow
 * objects: the second run on a source copies next to nothing.
 */
final class SourceRepositories implements Repositories {
    /** Where a run's repository says which source it came from. */
    static final String CONFIG_SECTION = "kintsugi";

    static final String CONFIG_SOURCE = "source";

    private final Git git;
    private final Store store;
    private final Sources sources;
    private final Stripes runs = new Stripes();
    private final Stripes mirrors = new Stripes();

    SourceRepositories(Git git, Store store, Sources sources) {
        this.git = git;
        this.store = store;
        this.sources = sources;
    }

    @Override
    public void check(String tenant, Plan.Workspace workspace) {
        sources.accept(tenant, workspace);
    }

    @Override
    public Prepared prepare(RunRepository run, Plan.Workspace workspace)
            throws InterruptedException {
        var source = sources.accept(run.tenant(), workspace);
        try (var _ = runs.hold(run)) {
            var known = base(run);
            if (known.isPresent()) {
                return new Prepared(known.get().name(), remarks(run, source, known.get()));
            }
            var fetched = fetch(run.tenant(), source);
            borrow(run, source);
            var commit = store.with(run, repository -> begin(repository, source, fetched));
            var remarks = remarks(run, source, commit);
            store.with(
                    run,
                    repository -> {
                        Remarks.refuseLfs(repository, commit);
                        Store.point(repository, Store.BASE_REF, commit);
                        return commit;
                    });
            return new Prepared(commit.name(), remarks);
        }
    }

    @Override
    public Prepared prepare(RunRepository run, Plan.Workspace workspace, Task.Origin origin)
            throws InterruptedException {
        var earlier = new RunRepository(run.tenant(), origin.run());
        var from = store.folder(earlier);
        var source = sources.accept(run.tenant(), workspace);
        try (var _ = runs.hold(run)) {
            if (base(run).isPresent()) {
                return new Prepared(origin.base(), List.of());
            }
            if (!Files.exists(from.resolve("HEAD"))) {
                throw new WorkspaceException(
                        Code.NOT_A_REPOSITORY,
                        "the repository of run %s is no longer kept (%d days after its end): run the plan anew"
                                .formatted(origin.run(), RepositoryRetention.KEPT_FOR.toDays()));
            }
            borrow(run, source);
            var wanted = new ArrayList<>(origin.commits());
            wanted.add(origin.base());
            var place = git.on(store.folder(run));
            for (var commit : wanted) {
                fetch(
                        place,
                        from.toString(),
                        Store.id(commit).name(),
                        "refs/kintsugi-taken/" + commit);
            }
            var whole = store.with(earlier, repository -> Store.read(repository, Store.WHOLE_REF));
            if (whole.isPresent()) {
                fetch(place, from.toString(), whole.get().name(), Store.WHOLE_REF);
            }
            store.with(
                    run,
                    repository -> {
                        Store.point(repository, Store.BASE_REF, Store.id(origin.base()));
                        return origin;
                    });
            return new Prepared(origin.base(), List.of());
        }
    }

    /** The commit that the run begins with. */
    private static ObjectId begin(Repository repository, Source source, ObjectId fetched)
            throws IOException {
        if (source instanceof Local(_, _, var subfolder) && subfolder != null) {
            Store.point(repository, Store.WHOLE_REF, fetched);
            return subfolder.takenOut(repository, fetched);
        }
        return fetched;
    }

    private Optional<ObjectId> base(RunRepository run) {
        if (!Files.exists(store.folder(run).resolve("HEAD"))) {
            return Optional.empty();
        }
        return store.with(run, repository -> Store.read(repository, Store.BASE_REF));
    }

    private ObjectId fetch(String tenant, Source source) throws InterruptedException {
        var mirror = store.mirror(tenant, source.id());
        try (var _ = mirrors.hold(mirror)) {
            create(mirror);
            use(mirror);
            return switch (source) {
                case Local(var folder, var commit, _) -> {
                    fetch(git.on(mirror), folder.toString(), commit, "refs/sources/" + commit);
                    yield ObjectId.fromString(commit);
                }
                case Remote remote -> fetch(mirror, remote);
            };
        }
    }

    private ObjectId fetch(Path mirror, Remote remote) throws InterruptedException {
        var place = git.on(mirror).reachingOut();
        // Hashed, since one ref's name may be another's folder.
        var kept = "refs/sources/" + UUID.nameUUIDFromBytes(remote.ref().getBytes(UTF_8));
        fetch(place, remote.url(), remote.ref(), kept);
        return ObjectId.fromString(
                place.must(Git.LOCAL, "rev-parse", "--verify", kept + "^{commit}"));
    }

    private static void fetch(Git.Place place, String address, String ref, String kept)
            throws InterruptedException {
        String[] command = {
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            address,
            "+" + ref + ":" + kept
        };
        var said = place.run(Git.NETWORK, command);
        if (!said.ok()) {
            throw explained(said, address, ref, command);
        }
    }

    private static WorkspaceException explained(
            Git.Said said, String address, String ref, String... command) {
        var error = said.error();
        if (error.contains("couldn't find remote ref") || error.contains("not our ref")) {
            return Sources.unknownRef(ref, address, "; name a branch, tag or full commit id");
        }
        if (error.contains("does not appear to be a git repository")
                || error.contains("not found")) {
            return new WorkspaceException(
                    Code.NOT_A_REPOSITORY,
                    "workspace.git: there is no repository at %s, or the server may not read it"
                            .formatted(address));
        }
        return Git.failed(said, command);
    }

    private void borrow(RunRepository run, Source source) {
        var folder = store.folder(run);
        try {
            create(folder);
            Files.writeString(
                    Store.alternates(folder),
                    store.mirror(run.tenant(), source.id()).resolve("objects") + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder, e);
        }
        store.with(
                run,
                repository -> {
                    var config = repository.getConfig();
                    config.setString(CONFIG_SECTION, null, CONFIG_SOURCE, source.id());
                    config.save();
                    return source;
                });
    }

    private static void use(Path mirror) {
        try {
            Files.writeString(Store.used(mirror), "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + mirror, e);
        }
    }

    private static void create(Path folder) {
        try {
            Store.create(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
    }

    private List<String> remarks(RunRepository run, Source source, ObjectId commit)
            throws InterruptedException {
        var remarks = new ArrayList<String>();
        if (source instanceof Local local) {
            Remarks.subfolder(local).ifPresent(remarks::add);
            Remarks.uncommitted(git, local).ifPresent(remarks::add);
        }
        store.with(run, repository -> Remarks.submodules(repository, commit))
                .ifPresent(remarks::add);
        return remarks;
    }
}
