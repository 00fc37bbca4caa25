package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.repair.Workbench;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mending commands that attack, in the real sandbox of a real server, by plans as users write. */
class AutofixAttackTest {
    /** In C, for printf: a library that attacks as soon as it is loaded, and tells of itself. */
    private static final String LIBRARY =
            "#include <fcntl.h>\\n#include <unistd.h>\\n"
                    + "__attribute__((constructor)) void attack() {"
                    + " if (write(2, \"preloaded\", 9) != 9) _exit(9);"
                    + " open(\"%2$s/escaped\", O_CREAT | O_WRONLY, 0666); }\\n";

    /**
     * What a mending command does besides mending.
     *
     * @param does for {@code sh}; %1$s is KINTSUGI_HOME, %2$s the source repository
     * @param says what its output holds once it has been tried
     */
    private record Attack(String name, String does, String says) {}

    private static final List<Attack> ATTACKS =
            List.of(
                    new Attack(
                            "parent",
                            "echo x >../escaped; echo x >../../escaped",
                            " ../../escaped: "),
                    new Attack(
                            "home",
                            "echo x >$HOME/escaped; echo x >~root/escaped; cat ~/escaped && echo mine",
                            "mine"),
                    new Attack(
                            "kintsugi-home",
                            "echo x >%1$s/escaped; echo x >%1$s/api-key",
                            "/api-key: "),
                    new Attack(
                            "source",
                            "echo x >%2$s/escaped; git -C %2$s branch escaped",
                            "cannot change to '%2$s'"),
                    new Attack(
                            "hooks",
                            "for d in .git $(git rev-parse --git-common-dir); do mkdir -p $d/hooks;"
                                    + " echo 'echo x >%2$s/escaped' >$d/hooks/post-checkout; chmod +x"
                                    + " $d/hooks/*; done",
                            ".repository/hooks/post-checkout: "),
                    new Attack(
                            "filter",
                            "git config filter.x.clean 'touch %2$s/escaped'; git config --global"
                                    + " filter.x.clean 'touch %2$s/escaped'; echo '* filter=x'"
                                    + " >.gitattributes",
                            "could not lock config file"),
                    new Attack(
                            "hardlink",
                            "ln %1$s/api-key stolen; ln %2$s/.git/config stolen",
                            "'%2$s/.git/config'"),
                    new Attack(
                            "preload",
                            "printf '"
                                    + LIBRARY
                                    + "' >$TMPDIR/p.c; cc -shared -fPIC -o $TMPDIR/p.so $TMPDIR/p.c;"
                                    + " LD_PRELOAD=$TMPDIR/p.so git status >/dev/null",
                            "preloaded"));

    @TempDir Path folder;

    @Test
    void noAutofixReachesBeyondItsCheckout() throws Exception {
        var source = source();
        try (var server =
                TestServer.start(
                        Map.of(
                                "KINTSUGI_WORKSPACE_ROOTS",
                                source.toString(),
                                "FEATURE_META_V4_ENABLED",
                                "true"))) {
            var sandbox = server.context().getBean(Sandbox.class);
            if (System.getenv("CI") != null) {
                assertThat(sandbox.isolates()).as(sandbox.remark()).isTrue();
                assertThat(Workbench.has("cc")).as("a C compiler").isTrue();
            }
            assumeThat(sandbox.isolates()).as(sandbox.remark()).isTrue();
            assumeThat(Workbench.has("cc")).as("a C compiler").isTrue();
            var key = server.key();
            var refs = git(source, "for-each-ref");

            var ended = attack(server, source);

            assertThat(ended).hasSize(ATTACKS.size()).allMatch(run -> run.status().isFinal());
            assertThat(server.key()).isEqualTo(key);
            assertThat(git(source, "for-each-ref")).isEqualTo(refs);
            assertThat(git(source, "status", "--porcelain", "--ignored")).isEmpty();
            assertThat(named("escaped", folder, server.home())).isEmpty();
            assertThat(named("post-checkout", folder, server.home())).isEmpty();
            assertThat(Path.of(System.getProperty("user.home"), "escaped")).doesNotExist();
            assertThat(trees(server.home())).isNotEmpty().noneMatch(name -> name.equals("stolen"));
        }
    }

    private List<RunView> attack(TestServer server, Path source) {
        var address = URI.create("http://127.0.0.1:" + server.port());
        try (var client = KintsugiClient.of(address, server.key())) {
            var runs = new ArrayList<String>();
            for (var attack : ATTACKS) {
                var command = attack.does().formatted(server.home(), source);
                var plan =
                        """
                        plan: 1
                        name: %s
                        workspace: {git: "%s"}
                        gate: {allow: ["**"]}
                        steps:
                          - id: build
                            exec: test -f mended
                            autofix: |
                              ( %s; echo attack over ) 2>&1
                              echo x >mended
                        """
                                .formatted(attack.name(), source, command);
                runs.add(client.submit(Submission.of(plan).onLadder(Ladder.V4)).run());
            }
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> runs.stream().allMatch(run -> client.run(run).status().isFinal()));
            for (int i = 0; i < runs.size(); i++) {
                var attack = ATTACKS.get(i);
                var said =
                        client.log(runs.get(i), "build", "mend", KintsugiClient.LATEST_ATTEMPT, 0)
                                .text();
                assertThat(said)
                        .as(attack.name())
                        .contains("attack over")
                        .contains(attack.says().formatted(server.home(), source));
            }
            return runs.stream().map(client::run).toList();
        }
    }

    private Path source() throws Exception {
        var source = Files.createDirectories(folder.toRealPath().resolve("source"));
        git(source, "init", "--quiet", "--initial-branch=main", ".");
        Files.writeString(source.resolve("a.txt"), "one\n");
        git(source, "add", "--all");
        git(source, "commit", "--quiet", "--message", "first");
        return source;
    }

    private static List<Path> named(String name, Path... roots) throws IOException {
        var found = new ArrayList<Path>();
        for (var root : roots) {
            try (var paths = Files.walk(root)) {
                paths.filter(path -> path.endsWith(name)).forEach(found::add);
            }
        }
        return found;
    }

    /** Names of all files in all commits of all runs. */
    private static List<String> trees(Path home) throws Exception {
        var names = new ArrayList<String>();
        try (var runs = Files.list(home.resolve("repositories/default"))) {
            for (var run : runs.toList()) {
                for (var ref : git(run, "for-each-ref", "--format=%(refname)").lines().toList()) {
                    names.addAll(git(run, "ls-tree", "-r", "--name-only", ref).lines().toList());
                }
            }
        }
        return names;
    }

    private static String git(Path directory, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git", "-c", "user.name=Ann"));
        command.addAll(List.of("-c", "user.email=ann@example.org"));
        command.addAll(List.of(arguments));
        var process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
