package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.server.workspace.Inputs.Conflict;
import dev.kintsugi.server.workspace.Inputs.Merged;
import dev.kintsugi.server.workspace.RunRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.revwalk.RevWalk;

/** A source repository, a server's repositories and one run, below a temporary folder. */
final class Bench {
    final Path source;
    final Git git;
    final Store store;
    final GitServer server;
    final RunRepository run;
    private int attempts;

    Bench(Path folder) throws Exception {
        source = Files.createDirectories(folder.resolve("source"));
        var home = Files.createDirectories(folder.resolve("home"));
        git = Git.in(home);
        store = new Store(home);
        server =
                GitServer.open(
                        new GitServer.Settings(
                                home,
                                tenant -> tenant.equals("default") ? List.of(source) : List.of(),
                                new TreeSet<>()));
        run = new RunRepository("default", "run-1");
        inSource("init", "--quiet", "--initial-branch=main", ".");
        inSource("config", "maintenance.auto", "false"); // nothing in the background
    }

    private Bench(Bench other, RunRepository run) {
        source = other.source;
        git = other.git;
        store = other.store;
        server = other.server;
        this.run = run;
    }

    /** The same bench with another run on it. */
    Bench of(RunRepository another) {
        return new Bench(this, another);
    }

    String inSource(String... arguments) throws InterruptedException {
        return git.at(source)
                .with("GIT_AUTHOR_NAME", "Ann")
                .with("GIT_AUTHOR_EMAIL", "ann@example.org")
                .with("GIT_COMMITTER_NAME", "Ann")
                .with("GIT_COMMITTER_EMAIL", "ann@example.org")
                .must(Git.LOCAL, arguments);
    }

    String inRun(String... arguments) throws InterruptedException {
        return git.on(store.folder(run)).must(Git.LOCAL, arguments);
    }

    void write(String path, String content) throws IOException {
        var file = source.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    String commit(String message) throws InterruptedException {
        inSource("add", "--all");
        inSource("commit", "--quiet", "--message", message);
        return inSource("rev-parse", "HEAD");
    }

    Plan.Workspace workspace() {
        return new Plan.Workspace(source.toString(), "main");
    }

    String prepare() throws InterruptedException {
        return server.repositories().prepare(run, workspace()).baseCommit();
    }

    String merged(String base, List<String> results, List<String> patches) {
        return ((Merged) server.inputs().of(run, new TaskInput(base, results, patches))).commit();
    }

    Conflict conflict(String base, List<String> results, List<String> patches) {
        return (Conflict) server.inputs().of(run, new TaskInput(base, results, patches));
    }

    /** The result of an attempt that wrote files; a content of null removes one. */
    String result(
            String input, String step, Map<String, String> tracked, Map<String, String> ignored)
            throws IOException {
        return store.with(
                run,
                repository -> {
                    try (var walk = new RevWalk(repository);
                            var inserter = repository.newObjectInserter();
                            var reader = inserter.newReader()) {
                        var on = Snapshot.of(walk, Store.id(input));
                        var files = new FileMap();
                        files.putAll(reader, on.tracked().getTree());
                        for (var change : tracked.entrySet()) {
                            var path = new String(change.getKey().getBytes(UTF_8), ISO_8859_1);
                            if (change.getValue().isEmpty()) {
                                files.remove(path);
                            } else {
                                var id =
                                        inserter.insert(
                                                Constants.OBJ_BLOB,
                                                change.getValue().getBytes(UTF_8));
                                files.put(path, FileMode.REGULAR_FILE, id);
                            }
                        }
                        var title = "step " + step + ", attempt " + ++attempts;
                        var t =
                                walk.parseCommit(
                                        Snapshot.commit(
                                                inserter,
                                                files.write(inserter),
                                                title,
                                                on.tracked()));
                        var all = new FileMap();
                        all.putAll(reader, FileMap.overlay(inserter, t.getTree(), List.of(on)));
                        for (var file : ignored.entrySet()) {
                            var id =
                                    inserter.insert(
                                            Constants.OBJ_BLOB, file.getValue().getBytes(UTF_8));
                            all.put(file.getKey(), FileMode.REGULAR_FILE, id);
                        }
                        return Snapshot.commit(
                                        inserter, all.write(inserter), Snapshot.MARK + title, t)
                                .name();
                    }
                });
    }

    /** A file of a commit, ignored ones too. */
    String show(String commit, String path) throws InterruptedException {
        return inRun("show", commit + ":" + path);
    }
}
