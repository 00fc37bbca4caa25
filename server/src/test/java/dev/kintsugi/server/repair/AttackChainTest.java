package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.PatchNotFound;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.server.platform.memory.MemoryBlobs;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.gate.Cases;
import dev.kintsugi.server.workspace.gate.Fixture;
import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import dev.kintsugi.server.workspace.git.GitServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks go the whole way of a patch, in real repositories; not a byte may change by them. */
class AttackChainTest {
    private static final RunRepository RUN = new RunRepository("default", "run");

    @TempDir static Path folder;
    private static GitServer server;
    private static String base;

    @BeforeAll
    static void begin() throws Exception {
        var source = Files.createDirectories(folder.resolve("source"));
        git(source, "init", "--quiet", "--initial-branch=main", ".");
        write(source);
        git(source, "add", "--force", "--all");
        git(
                source,
                "update-index",
                "--add",
                "--cacheinfo",
                "160000,1111111111111111111111111111111111111111,src/module");
        git(source, "commit", "--quiet", "--message", "first");
        server =
                GitServer.open(
                        new GitServer.Settings(
                                folder.resolve("home"), _ -> List.of(source), new TreeSet<>()));
        base =
                server.repositories()
                        .prepare(RUN, new Plan.Workspace(source.toString(), "main"))
                        .baseCommit();
    }

    private static void write(Path source) throws IOException {
        var tree = Fixture.tree();
        for (var path : tree.list()) {
            var file = source.resolve(path);
            Files.createDirectories(file.getParent());
            Files.write(file, tree.read(path).orElseThrow());
            file.toFile().setExecutable(tree.kind(path) == Kind.EXECUTABLE);
        }
        for (var other : tree.others().entrySet()) {
            if (other.getValue() == Kind.SYMLINK) {
                Files.createSymbolicLink(source.resolve(other.getKey()), Path.of("/etc"));
            }
        }
    }

    static List<Cases> attacks() {
        return Cases.read("/gate/attacks.txt");
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void anAttackIsRefusedAndChangesNothing(Cases attack) throws Exception {
        var before = everything();

        var result = mend(attack.diff(), attack.allow());

        assertThat(result)
                .isInstanceOfSatisfying(
                        PatchNotFound.class,
                        none ->
                                assertThat(none.refused())
                                        .singleElement()
                                        .asString()
                                        .contains(attack.expected()));
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void anHonestPatchOfAnOddNameIsCommitted() throws Exception {
        var diff =
                """
                diff --git a/src/Größe 1.txt b/src/Größe 1.txt
                new file mode 100644
                --- /dev/null
                +++ b/src/Größe 1.txt\t
                @@ -0,0 +1,1 @@
                +x
                """;

        var proposed = (PatchProposed) mend(diff, List.of("src/**"));

        var commit = ((Patch.TreePatch) proposed.patch()).commit();
        assertThat(server.trees().at(RUN, commit).read("src/Größe 1.txt")).isPresent();
        var shown = server.trees().diff(RUN, commit);
        assertThat(mend(shown, List.of("src/**"))).isInstanceOf(PatchProposed.class);
    }

    private static TaskResult mend(String diff, List<String> allow) throws InterruptedException {
        var blobs = new MemoryBlobs();
        PatchSource attacker =
                new PatchSource() {
                    @Override
                    public Patch.Source source() {
                        return Patch.Source.AUTOFIX;
                    }

                    @Override
                    public List<Proposal> propose(MendRequest request) {
                        return List.of(new Proposal.Change("attack", new DiffChange(diff, true)));
                    }
                };
        var handler =
                new MendHandler(
                        List.of(attacker),
                        new MendHandler.Place(
                                new WorkspaceSink(
                                        server.inputs(), server.trees(), server.patches()),
                                (_, _) -> {
                                    throw new AssertionError("there is no command to run");
                                }),
                        blobs,
                        new MendHandler.Limits(
                                List.of("**"), Mends.MEMORY_BYTES, _ -> Redactor.of(List.of())),
                        InstantSource.fixed(Instant.EPOCH));
        return handler.handle(
                new LeasedTask(task(allow), QueueClass.CPU, 1, Instant.EPOCH), new Wanted());
    }

    private static Task task(List<String> allow) {
        return new Task(
                "mend:run:build:1",
                RUN.run(),
                RUN.tenant(),
                "build",
                1,
                "run:build:1",
                TaskKind.MEND,
                Fixture.step(Map.of()),
                new TaskInput(base, List.of(), List.of()),
                Network.FULL,
                new TreeMap<>(),
                new Task.Mend(
                        Mends.failure(FailureCategory.UNKNOWN),
                        null,
                        Fixture.gate(allow),
                        List.of()),
                null,
                null);
    }

    /**
     * Every file below the test's folder: repositories with their refs and objects, and sources.
     */
    private static SortedMap<String, String> everything() throws IOException {
        var all = new TreeMap<String, String>();
        try (var paths = Files.walk(folder)) {
            for (var path : paths.toList()) {
                var content =
                        Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                                ? Files.size(path) + " bytes of " + modified(path)
                                : "";
                all.put(path.toString(), content);
            }
        }
        return all;
    }

    private static String modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toString();
    }

    private static void git(Path directory, String... arguments) throws Exception {
        var command =
                new ArrayList<>(
                        List.of("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org"));
        command.addAll(List.of(arguments));
        var process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static final class Wanted implements TaskContext {
        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void onCancel(Runnable action) {
            // never cancelled
        }

        @Override
        public void log(byte[] text) {
            throw new AssertionError("there is nothing to say");
        }
    }
}
