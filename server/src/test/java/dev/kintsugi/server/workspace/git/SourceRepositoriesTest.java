package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRepositoriesTest {
    @TempDir Path folder;
    private Bench bench;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
    }

    @Test
    void bringsTheCommitOfTheRefInAndLeavesTheSourceAsItWas() throws Exception {
        bench.write("a.txt", "one\n");
        var commit = bench.commit("first");
        var before = listing();

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(prepared.baseCommit()).isEqualTo(commit);
        assertThat(prepared.remarks()).isEmpty();
        assertThat(bench.show(commit, "a.txt")).isEqualTo("one");
        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void keepsTheBaseOfARunThatIsPreparedAgainAfterTheSourceMovedOn() throws Exception {
        bench.write("a.txt", "one\n");
        var commit = bench.commit("first");
        bench.prepare();
        bench.write("a.txt", "two\n");
        var second = bench.commit("second");

        assertThat(bench.prepare()).isEqualTo(commit);
        assertThat(
                        bench.server
                                .repositories()
                                .prepare(new RunRepository("default", "run-2"), bench.workspace())
                                .baseCommit())
                .isEqualTo(second);
    }

    @Test
    void goesOnWhereAKilledServerLeftLocks() throws Exception {
        bench.write("a.txt", "one\n");
        var commit = bench.commit("first");
        var repository = emptyRepository();
        var source = Files.createDirectories(repository.resolve("refs/kintsugi-source"));
        for (var lock : List.of(repository.resolve("config.lock"), source.resolve("base.lock"))) {
            Files.writeString(lock, "");
            Files.setLastModifiedTime(lock, FileTime.from(Instant.EPOCH));
        }

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(prepared.baseCommit()).isEqualTo(commit);
    }

    @Test
    void beginsAnewWhereAServerWasKilledAsItMadeTheRepository() throws Exception {
        bench.write("a.txt", "one\n");
        var commit = bench.commit("first");
        Files.createDirectories(bench.store.folder(bench.run).resolve("refs"));

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(prepared.baseCommit()).isEqualTo(commit);
    }

    private Path emptyRepository() throws Exception {
        var folder = Files.createDirectories(bench.store.folder(bench.run));
        bench.git.at(folder).must(Git.LOCAL, "init", "--quiet", "--bare", ".");
        return folder;
    }

    @Test
    void leavesALockThatSomebodyHolds() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        var repository = emptyRepository();
        var lock = Files.writeString(repository.resolve("config.lock"), "");

        assertThatThrownBy(() -> bench.server.repositories().prepare(bench.run, bench.workspace()))
                .isInstanceOf(UncheckedIOException.class)
                .rootCause()
                .hasMessageContaining("config");

        assertThat(lock).exists();
    }

    @Test
    void takesTagsAbbreviationsAndOlderCommitsAsRefs() throws Exception {
        bench.write("a.txt", "one\n");
        var first = bench.commit("first");
        bench.inSource("tag", "-a", "v1", "-m", "v1");
        bench.write("a.txt", "two\n");
        bench.commit("second");

        for (var ref : List.of("v1", first.substring(0, 8), "main~1", first)) {
            var run = new RunRepository("default", "run-" + Math.abs(ref.hashCode()));
            var workspace = new Plan.Workspace(bench.source.toString(), ref);
            assertThat(bench.server.repositories().prepare(run, workspace).baseCommit())
                    .isEqualTo(first);
        }
    }

    @Test
    void remarksOnChangesThatAreNotCommitted() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        bench.write("a.txt", "changed\n");
        bench.write("new file.txt", "new\n");

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(prepared.remarks())
                .containsExactly(
                        "2 uncommitted changes in %s: steps do not see them (a.txt, new file.txt)"
                                .formatted(bench.source));
    }

    @Test
    void startsNoProgramThatTheSourceNamesAsAFilter() throws Exception {
        var witness = bench.source.resolveSibling("witness");
        bench.write("a.txt", "one\n");
        bench.write(".gitattributes", "* filter=planted\n*.b filter=other\n");
        bench.write("b.b", "one\n");
        bench.commit("first");
        bench.inSource("config", "filter.planted.clean", "touch %s; cat".formatted(witness));
        bench.inSource("config", "filter.other.process", "touch %s; false".formatted(witness));
        bench.inSource("config", "filter.other.required", "true");
        bench.write("a.txt", "two\n");
        bench.write("b.b", "two\n");

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(witness).doesNotExist();
        assertThat(prepared.remarks()).singleElement().asString().contains("2 uncommitted changes");
    }

    @Test
    void bringsOneFolderOfARepositoryInAsAWorkspaceOfItsOwn() throws Exception {
        bench.write("above.txt", "above\n");
        bench.write("apps/shop/a.txt", "one\n");
        bench.commit("first");
        bench.write("above.txt", "changed outside\n");
        bench.write("apps/shop/b.txt", "changed within\n");
        var shop = bench.source.resolve("apps/shop");

        var workspace = new Plan.Workspace(shop.toString(), "main");
        var prepared = bench.server.repositories().prepare(bench.run, workspace);

        assertThat(bench.inRun("ls-tree", "-r", "--name-only", prepared.baseCommit()))
                .isEqualTo("a.txt");
        assertThat(bench.inRun("log", "--format=%P", prepared.baseCommit())).isEmpty();
        assertThat(prepared.remarks())
                .containsExactly(
                        "the workspace is the folder apps/shop of the repository " + bench.source,
                        "1 uncommitted change in %s: steps do not see them (apps/shop/b.txt)"
                                .formatted(bench.source));
        var again = bench.server.repositories().prepare(bench.run, workspace);
        assertThat(again).isEqualTo(prepared);
    }

    @Test
    void saysThatAFolderIsNotCommittedWhereItLies() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        bench.write("shop/a.txt", "one\n");
        var workspace = new Plan.Workspace(bench.source.resolve("shop").toString(), "main");

        assertThatThrownBy(() -> bench.server.repositories().check("default", workspace))
                .hasMessageContaining("no such folder: commit it there, or run 'git init' in it");
    }

    @Test
    void refusesAFolderWhoseRepositoryReachesOutOfTheRoots() throws Exception {
        bench.write("apps/shop/a.txt", "one\n");
        bench.commit("first");
        var shop = bench.source.resolve("apps/shop");
        var sources = new Sources(_ -> List.of(shop), new TreeSet<>());

        assertThatThrownBy(() ->
                        sources.accept("default", new Plan.Workspace(shop.toString(), "main")))
                .hasMessageContaining("KINTSUGI_WORKSPACE_ROOTS");
    }

    @Test
    void remarksOnSubmodules() throws Exception {
        bench.write("a.txt", "one\n");
        var commit = bench.commit("first");
        bench.inSource("update-index", "--add", "--cacheinfo", "160000," + commit + ",vendor/lib");
        bench.inSource("commit", "--quiet", "--message", "submodule");

        var prepared = bench.server.repositories().prepare(bench.run, bench.workspace());

        assertThat(prepared.remarks())
                .contains("submodules are not brought in, their folders are empty: vendor/lib");
    }

    @Test
    void refusesLfsPointersAndAcceptsAttributesWithoutThem() throws Exception {
        bench.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        bench.commit("attributes only");
        bench.prepare();
        bench.write(
                "big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        bench.commit("pointer");

        var other = new RunRepository("default", "run-2");
        assertThatThrownBy(() -> bench.server.repositories().prepare(other, bench.workspace()))
                .hasMessageContaining("Git LFS")
                .hasMessageContaining("big.bin")
                .hasMessageContaining("git lfs migrate export");
        assertThatThrownBy(() -> bench.server.repositories().prepare(other, bench.workspace()))
                .hasMessageContaining("Git LFS");
    }

    @Test
    void saysWhichRepositoriesItDoesNotTake() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        var plain = Files.createDirectories(bench.source.resolve("plain"));
        var empty = Files.createDirectories(bench.source.resolve("empty"));
        bench.git.at(empty).must(Git.LOCAL, "init", "--quiet", ".");
        var outside = Files.createDirectories(folder.resolve("outside"));
        var link = Files.createSymbolicLink(bench.source.resolve("link"), outside);

        assertThat(refusal(plain.toString(), "main")).isEqualTo(Code.NOT_A_REPOSITORY);
        assertThat(refusal(bench.source + "/missing", "main")).isEqualTo(Code.NOT_A_REPOSITORY);
        assertThat(refusal(empty.toString(), "HEAD")).isEqualTo(Code.EMPTY_REPOSITORY);
        assertThat(refusal(bench.source.toString(), "mian")).isEqualTo(Code.UNKNOWN_REF);
        assertThat(refusal(bench.source.toString(), "--all")).isEqualTo(Code.UNKNOWN_REF);
        assertThat(refusal(bench.source.toString(), "a..b")).isEqualTo(Code.UNKNOWN_REF);
        assertThat(refusal(outside.toString(), "main")).isEqualTo(Code.NOT_ALLOWED);
        assertThat(refusal(link.toString(), "main")).isEqualTo(Code.NOT_ALLOWED);
        assertThat(refusal("relative/path", "main")).isEqualTo(Code.NOT_ALLOWED);
    }

    @Test
    void saysTheSameOfEveryFolderOutsideOfTheRoots() throws Exception {
        var there = Files.createDirectories(folder.resolve("outside/there"));
        var absent = folder.resolve("outside/absent");
        var around = bench.source + "/missing/../../outside/absent";

        assertThat(message(absent.toString(), "default"))
                .contains("is below none of the folders")
                .isEqualTo(message(there.toString(), "default").replace("there", "absent"));
        assertThat(message(around, "default")).contains("is below none of the folders");
        assertThat(message(bench.source + "/missing", "default")).contains("there is no folder");
    }

    @Test
    void takesPathsOfNoTenantButThoseThatHaveRoots() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        var absent = bench.source.resolveSibling("absent").toString();

        assertThat(message(bench.source.toString(), "acme"))
                .startsWith("workspace.git: paths are not taken from tenant acme: name a URL")
                .isEqualTo(message(absent, "acme"))
                .isEqualTo(message("file://" + bench.source, "acme"));
        var run = new RunRepository("acme", "run-9");
        assertThatThrownBy(() -> bench.server.repositories().prepare(run, bench.workspace()))
                .hasMessageContaining("paths are not taken from tenant acme");
        var delivery = new Task.Delivery(bench.workspace(), "kintsugi/run-9", List.of());
        assertThatThrownBy(() -> bench.server.delivery().deliver(run, delivery))
                .hasMessageContaining("paths are not taken from tenant acme");
    }

    @Test
    void refusesAWorktreeWhoseRepositoryLiesOutsideOfTheRoots() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        var worktree = folder.resolve("allowed/tree");
        bench.inSource("worktree", "add", "--quiet", worktree.toString());
        var sources = new Sources(_ -> List.of(folder.resolve("allowed")), new TreeSet<>());

        assertThatThrownBy(() ->
                        sources.accept("default", new Plan.Workspace(worktree.toString(), "HEAD")))
                .isInstanceOf(WorkspaceException.class)
                .hasMessageContaining("KINTSUGI_WORKSPACE_ROOTS");
    }

    @Test
    void refusesAShallowClone() throws Exception {
        bench.write("a.txt", "one\n");
        bench.commit("first");
        bench.write("a.txt", "two\n");
        bench.commit("second");
        bench.inSource("clone", "--quiet", "--depth=1", "file://" + bench.source, "shallow");

        var shallow = bench.source.resolve("shallow").toString();
        assertThat(refusal(shallow, "main")).isEqualTo(Code.UNSUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/x.git",
                "git@evil.example:x.git",
                "https://user:password@good.example/x.git",
                "https://token@good.example/x.git",
                "ext::sh -c touch% /tmp/x",
                "ext://good.example/x",
                "git://good.example/x.git",
                "ssh://-oProxyCommand=x/y",
            })
    void refusesUrlsThatAreNotAllowed(String url) {
        var sources = new Sources(_ -> List.of(), new TreeSet<>(List.of("good.example")));

        assertThatThrownBy(() -> sources.accept("default", new Plan.Workspace(url, "main")))
                .isInstanceOf(WorkspaceException.class)
                .extracting(e -> ((WorkspaceException) e).code())
                .isEqualTo(Code.NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://good.example/x.git",
                "https://GOOD.example/x.git",
                "git@good.example:team/x.git",
                "ssh://git@good.example/x.git",
            })
    void acceptsUrlsOfAllowedHosts(String url) {
        var sources = new Sources(_ -> List.of(), new TreeSet<>(List.of("good.example")));

        assertThat(sources.accept("default", new Plan.Workspace(url, "main")))
                .isEqualTo(new Sources.Remote(url, "main"));
    }

    private String message(String git, String tenant) {
        var workspace = new Plan.Workspace(git, "main");
        return String.valueOf(
                catchThrowable(() -> bench.server.repositories().check(tenant, workspace))
                        .getMessage());
    }

    private Code refusal(String git, String ref) {
        try {
            bench.server.repositories().check("default", new Plan.Workspace(git, ref));
            throw new AssertionError(git + " was accepted");
        } catch (WorkspaceException e) {
            assertThat(e).hasMessageContaining("workspace.");
            return e.code();
        }
    }

    private String listing() throws InterruptedException {
        return bench.inSource("for-each-ref") + bench.inSource("status", "--porcelain");
    }
}
