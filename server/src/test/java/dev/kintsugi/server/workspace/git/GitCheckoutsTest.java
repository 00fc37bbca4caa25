package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.Freed;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitCheckoutsTest {
    private static final Redactor NO_SECRETS = Redactor.of(List.of());

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
    private final InstantSource clock = now::get;

    @TempDir Path folder;
    private Bench bench;
    private GitHttpServer http;
    private Checkouts checkouts;
    private TaskInput base;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write(".gitignore", "out/\n");
        bench.write("a.txt", "one\n");
        bench.write("run.sh", "true\n");
        bench.commit("first");
        base = input(bench.prepare());
        http = new GitHttpServer(bench, folder);
        checkouts = GitCheckouts.in(folder.resolve("worker"), clock);
    }

    @AfterEach
    void end() throws Exception {
        http.close();
    }

    @Test
    void handsEverythingAStepLeftBehindToTheNextIgnoredFilesToo() throws Exception {
        String first;
        try (var checkout = open("first", base)) {
            write(checkout, "a.txt", "changed\n");
            write(checkout, "out/made.bin", "\0\1\2");
            write(checkout, "new/file", "new\n");
            Files.delete(checkout.path().resolve("run.sh"));
            first = checkout.capture(NO_SECRETS);
        }
        String second;
        try (var checkout = open("second", after(first))) {
            assertThat(checkout.path().resolve("out/made.bin")).hasContent("\0\1\2");
            assertThat(checkout.path().resolve("a.txt")).hasContent("changed\n");
            assertThat(checkout.path().resolve("run.sh")).doesNotExist();
            Files.delete(checkout.path().resolve("out/made.bin"));
            write(checkout, "out/other.bin", "other");
            second = checkout.capture(NO_SECRETS);
        }

        try (var checkout = open("third", after(second))) {
            assertThat(checkout.path().resolve("out/made.bin")).doesNotExist();
            assertThat(checkout.path().resolve("out/other.bin")).hasContent("other");
        }
        assertThat(bench.server.trees().diff(bench.run, first))
                .contains("+changed", "+new", "deleted file mode")
                .doesNotContain("out/");
        assertThat(bench.server.trees().diff(bench.run, second)).isEmpty();
        assertThat(bench.inRun("rev-parse", "refs/kintsugi/run-1/first/1")).isEqualTo(first);
    }

    @Test
    void oneLeaseMayCheckOutSeveralTimes() throws Exception {
        var leased = http.lease(TaskKind.MEND, "format", base);
        try (var kept = checkouts.open(leased, http.address())) {
            kept.keep();
        }

        try (var first = checkouts.open(leased, http.address());
                var second = checkouts.open(leased, http.address())) {
            write(first, "a.txt", "changed\n");

            assertThat(second.path()).isNotEqualTo(first.path());
            assertThat(second.path().resolve("a.txt")).hasContent("one\n");
            assertThat(bench.show(first.capture(NO_SECRETS), "a.txt")).isEqualTo("changed");
            assertThat(bench.show(second.capture(NO_SECRETS), "a.txt")).isEqualTo("one");
        }
    }

    @Test
    void seesChangesOfTheSameSizeInTheSameSecond() throws Exception {
        for (var i = 0; i < 5; i++) {
            try (var checkout = open("s" + i, base)) {
                write(checkout, "a.txt", "tw" + i + "\n");

                assertThat(bench.show(checkout.capture(NO_SECRETS), "a.txt")).isEqualTo("tw" + i);
            }
        }
    }

    @Test
    void keepsExecutableBitsLinksAndOddNames() throws Exception {
        var outside = Files.writeString(folder.resolve("outside"), "secret");
        String result;
        try (var checkout = open("odd", base)) {
            var path = checkout.path();
            Files.setPosixFilePermissions(
                    path.resolve("run.sh"),
                    java.util.EnumSet.of(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.OWNER_EXECUTE));
            Files.createSymbolicLink(path.resolve("link"), outside);
            Files.createSymbolicLink(path.resolve("folder"), folder);
            shell(
                    path,
                    "printf x > \"$(printf 'bad\\377name')\"; printf y > ' -n\n"
                            + "\"'; printf z > '*'");
            result = checkout.capture(NO_SECRETS);
        }

        try (var checkout = open("after", after(result))) {
            assertThat(checkout.path().resolve("run.sh")).isExecutable();
            assertThat(Files.readSymbolicLink(checkout.path().resolve("link"))).isEqualTo(outside);
            assertThat(Files.isSymbolicLink(checkout.path().resolve("folder"))).isTrue();
            shell(
                    checkout.path(),
                    "test \"$(cat \"$(printf 'bad\\377name')\")$(cat ' -n\n\"')$(cat '*')\" = xyz");
            assertThat(checkout.capture(NO_SECRETS)).isNotEqualTo(result);
        }
        assertThat(bench.inRun("ls-tree", result, "link", "folder").lines())
                .allMatch(line -> line.startsWith("120000"));
        assertThat(outside).hasContent("secret");
    }

    @Test
    void stripsRepositoriesMadeInsideAndNeverReadsTheirConfiguration() throws Exception {
        String result;
        var witness = folder.resolve("witness");
        try (var checkout = open("nested", base)) {
            var path = checkout.path();
            shell(
                    path,
                    "mkdir vendor && cd vendor && git init -q lib && cd lib && echo x > x && git"
                            + " config core.fsmonitor 'touch "
                            + witness
                            + "'");
            shell(
                    path,
                    "rm .git && git init -q . && git config core.fsmonitor 'touch "
                            + witness
                            + "'");
            result = checkout.capture(NO_SECRETS);
        }

        assertThat(bench.show(result, "vendor/lib/x")).isEqualTo("x");
        assertThat(bench.inRun("ls-tree", "-r", "--name-only", result)).doesNotContain(".git/");
        assertThat(witness).doesNotExist();
    }

    @Test
    void neverSharesAFolderBetweenAttemptsAtTheSameTime() throws Exception {
        var leases = new ArrayList<LeasedTask>();
        for (var i = 0; i < 4; i++) {
            leases.add(http.lease("same", base));
            leases.add(http.lease("other" + i, base));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var opened =
                    threads.invokeAll(
                            leases.stream()
                                    .map(lease ->
                                            (Callable<Checkout>)
                                                    () -> checkouts.open(lease, http.address()))
                                    .toList());
            var paths = new ArrayList<Path>();
            for (var checkout : opened) {
                paths.add(checkout.get().path());
                checkout.get().close();
            }

            assertThat(paths).doesNotHaveDuplicates();
            assertThat(paths).allSatisfy(path -> assertThat(path).doesNotExist());
        }
    }

    @Test
    void refusesAStaleLeaseBeforeAndAfterTheWork() throws Exception {
        var lease = http.lease("step", base);
        try (var checkout = checkouts.open(lease, http.address())) {
            http.takeBack(lease);

            assertThatThrownBy(() -> checkout.capture(NO_SECRETS))
                    .isInstanceOf(WorkspaceException.class)
                    .extracting(e -> ((WorkspaceException) e).code())
                    .isEqualTo(Code.STALE_LEASE);
        }
        assertThatThrownBy(() -> checkouts.open(lease, http.address()))
                .isInstanceOf(WorkspaceException.class)
                .extracting(e -> ((WorkspaceException) e).code())
                .isEqualTo(Code.STALE_LEASE);
        assertThat(bench.inRun("for-each-ref", "refs/kintsugi/run-1")).isEmpty();
    }

    @Test
    void saysWhichInputsDoNotFitTogether() throws Exception {
        var x =
                bench.result(
                        base.base(), "x", java.util.Map.of("a.txt", "x\n"), java.util.Map.of());
        var y =
                bench.result(
                        base.base(), "y", java.util.Map.of("a.txt", "y\n"), java.util.Map.of());

        assertThatThrownBy(() -> open("z", new TaskInput(base.base(), List.of(x, y), List.of())))
                .isInstanceOf(WorkspaceException.class)
                .hasMessage(
                        "step x, attempt 1 and step y, attempt 2 changed the same lines of a.txt")
                .extracting(e -> ((WorkspaceException) e).code())
                .isEqualTo(Code.CONFLICT);
    }

    @Test
    void replacesTheResultOfAnAttemptThatIsDoneAgain() throws Exception {
        try (var checkout = open("step", base)) {
            write(checkout, "a.txt", "lost\n");
            checkout.capture(NO_SECRETS);
        }
        try (var checkout = open("step", base)) {
            write(checkout, "a.txt", "again\n");
            var again = checkout.capture(NO_SECRETS);

            assertThat(bench.inRun("rev-parse", "refs/kintsugi/run-1/step/1")).isEqualTo(again);
        }
    }

    @Test
    void givesOtherKindsOfAttemptRefsOfTheirOwn() throws Exception {
        var lease = http.lease(TaskKind.MEND, "a..b.lock", base);
        try (var checkout = checkouts.open(lease, http.address())) {
            var result = checkout.capture(NO_SECRETS);

            assertThat(bench.inRun("rev-parse", "refs/kintsugi/run-1/a%2E%2Eb%2Elock/1-mend"))
                    .isEqualTo(result);
        }
    }

    @Test
    void keepsCacheFoldersWarmAndOutOfResults() throws Exception {
        String result;
        try (var checkout = open("build", base, "deps", "run.sh")) {
            write(checkout, "deps/lib", "cached");
            result = checkout.capture(NO_SECRETS);
            checkout.pass();
        }
        try (var checkout = open("build", base, "deps")) {
            assertThat(checkout.path().resolve("deps/lib")).hasContent("cached");
            try (var other = open("build", base, "deps")) {
                assertThat(other.path().resolve("deps")).doesNotExist();
            }
            try (var other = open("test", base, "deps")) {
                assertThat(other.path().resolve("deps")).doesNotExist();
            }
        }

        assertThat(bench.inRun("ls-tree", "-r", "--name-only", result))
                .isEqualTo(".gitignore\na.txt\nrun.sh");
    }

    @Test
    void givesCachesBackAfterAnySuccessAlsoOneThatLeavesNoResult() throws Exception {
        try (var checkout = open("build", base, "deps")) {
            write(checkout, "deps/lib", "cached");
            checkout.pass();
        }

        try (var checkout = open("build", base, "deps")) {
            assertThat(checkout.path().resolve("deps/lib")).hasContent("cached");
        }
    }

    @Test
    void refusesSecretsAmongWhatWouldBeCommitted() throws Exception {
        var secrets = Redactor.of(List.of("plum tree"));
        for (var file : List.of("notes", "plum tree", "link")) {
            try (var checkout = open("step", base)) {
                if (file.equals("link")) {
                    Files.createSymbolicLink(checkout.path().resolve(file), Path.of("plum tree"));
                } else {
                    write(checkout, file, "x".repeat(100_000) + "cGx1bSB0cmVl");
                }

                assertThatThrownBy(() -> checkout.capture(secrets))
                        .hasMessageContaining("the step left a secret's value in")
                        .hasMessageNotContaining("plum tree")
                        .extracting(e -> ((WorkspaceException) e).failure().failureClass())
                        .isEqualTo(FailureClass.SECURITY);
            }
        }
        assertThat(bench.inRun("for-each-ref", "refs/kintsugi/run-1")).isEmpty();
    }

    @Test
    void keepsSecretsOfIgnoredFilesAndThoseTheSourceHolds() throws Exception {
        var secrets = Redactor.of(List.of("plum tree", "one\n"));
        try (var checkout = open("step", base)) {
            write(checkout, "out/notes", "plum tree");
            write(checkout, "a.txt", "one\nmore\n");

            assertThat(checkout.capture(secrets)).isNotEmpty();
        }
    }

    @Test
    void doesNotTrustTheCacheOfAFailedAttempt() throws Exception {
        try (var checkout = open("build", base, "deps")) {
            write(checkout, "deps/lib", "broken");
            checkout.keep();
        }

        try (var checkout = open("build", base, "deps")) {
            assertThat(checkout.path().resolve("deps")).doesNotExist();
        }
    }

    @Test
    void refusesCachesOutsideOfTheCheckoutAndDoesNotFollowLinksToThem() throws Exception {
        for (var name : List.of("../x", "/tmp/x", ".", ".git/hooks", "a/../../x")) {
            assertThatThrownBy(() -> open("build", base, name))
                    .hasMessageContaining("must name a folder inside the checkout");
        }
        var outside = Files.createDirectories(folder.resolve("outside/deps"));
        try (var checkout = open("build", base, "link/deps")) {
            Files.createSymbolicLink(checkout.path().resolve("link"), outside.getParent());
            checkout.capture(NO_SECRETS);
        }

        assertThat(outside).isDirectory();
    }

    @Test
    void refusesMoreThanMayBeKept() throws Exception {
        try (var checkout = open("large", base)) {
            try (var file = new RandomAccessFile(checkout.path().resolve("big").toFile(), "rw")) {
                file.setLength(Checkout.MAX_RESULT_BYTES + 1);
            }

            assertThatThrownBy(() -> checkout.capture(NO_SECRETS))
                    .hasMessageContaining("at most 512 MiB are kept")
                    .extracting(e -> ((WorkspaceException) e).code())
                    .isEqualTo(Code.TOO_LARGE);
        }
    }

    @Test
    void keepsCheckoutsOfFailedAttemptsForSevenDaysAndNeverDeletesOneInUse() throws Exception {
        Path kept;
        try (var checkout = open("failed", base)) {
            write(checkout, "a.txt", "broken\n");
            checkout.keep();
            kept = checkout.path();
        }
        try (var inUse = open("running", base)) {
            now.updateAndGet(t -> t.plus(Duration.ofDays(7)));
            sweep();
            assertThat(kept.resolve("a.txt")).hasContent("broken\n");

            now.updateAndGet(t -> t.plusSeconds(1));
            sweep();
            assertThat(kept).doesNotExist();
            assertThat(inUse.path()).isDirectory();
            inUse.capture(NO_SECRETS);
        }

        now.updateAndGet(t -> t.plus(Duration.ofDays(1)));
        sweep();
        assertThat(folder.resolve("worker/checkouts/run-1")).doesNotExist();
    }

    private Freed sweep() {
        return checkouts.sweep(_ -> false, false);
    }

    @Test
    void deletesCheckoutsOfRunsThatThereAreNoMore() throws Exception {
        Path kept;
        try (var checkout = open("failed", base)) {
            write(checkout, "a.txt", "broken\n");
            checkout.keep();
            kept = checkout.path();
        }
        try (var inUse = open("running", base)) {
            var told = checkouts.sweep("run-1"::equals, true);
            assertThat(kept).isDirectory();
            var done = checkouts.sweep("run-1"::equals, false);

            assertThat(told).isEqualTo(done);
            assertThat(done.folders()).isEqualTo(1);
            assertThat(done.bytes()).isPositive();
            assertThat(kept).doesNotExist();
            assertThat(inUse.path()).isDirectory();
        }
    }

    @Test
    void letsGitBeReadInsideTheCheckout() throws Exception {
        try (var checkout = open("git", base)) {
            write(checkout, "a.txt", "changed\n");

            shell(
                    checkout.path(),
                    "git status --porcelain | grep -q '^ M a.txt' && git log | grep -q first");
            assertThat(checkout.repository()).isDirectory();
        }
    }

    @Test
    void checksFiveThousandFilesOutAndSaysHowLongThatTook() throws Exception {
        for (var i = 0; i < 5_000; i++) {
            bench.write("many/%d/%d.txt".formatted(i % 50, i), "file " + i + "\n");
        }
        var input = input(bench.commit("many"));
        bench.inRun("fetch", "--quiet", bench.source.toString(), "main");
        var real = GitCheckouts.in(folder.resolve("timed"), InstantSource.system());

        try (var checkout = real.open(http.lease("many", input), http.address())) {
            write(checkout, "out/x", "x");
            checkout.capture(NO_SECRETS);

            assertThat(checkout.path().resolve("many/49/4999.txt")).hasContent("file 4999\n");
            assertThat(checkout.checkoutMillis()).isPositive();
        }
    }

    private Checkout open(String step, TaskInput input, String... caches)
            throws InterruptedException {
        return checkouts.open(http.lease(step, input, caches), http.address());
    }

    private TaskInput after(String result) {
        return new TaskInput(base.base(), List.of(result), List.of());
    }

    private static TaskInput input(String commit) {
        return new TaskInput(commit, List.of(), List.of());
    }

    private static void write(Checkout checkout, String path, String content) throws Exception {
        var file = checkout.path().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content.getBytes(UTF_8));
    }

    private static void shell(Path folder, String command) throws Exception {
        var process =
                new ProcessBuilder("sh", "-c", command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
