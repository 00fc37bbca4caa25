package dev.kintsugi.server.workspace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kintsugi.client.plan.Gate.Network;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Needs bubblewrap: where it is missing, these tests say so; on a CI machine that is a failure. */
final class BubblewrapSandboxTest extends SandboxContract {
    @Override
    Sandbox make(Playground playground) {
        var strongest = Sandbox.strongest(playground.settings());
        if (System.getenv("CI") != null) {
            assertThat(strongest.isolates()).as(strongest.remark()).isTrue();
        }
        assumeThat(strongest.isolates()).as("not tested here: " + strongest.remark()).isTrue();
        return strongest;
    }

    @Override
    String name() {
        return "strongest";
    }

    @Test
    void writesItsCheckoutAndDeclaredFoldersOnly() throws Exception {
        var cache = Files.createDirectories(playground.kintsugiHome.resolve("cache"));
        var hostTmp = Files.createTempDirectory("host");
        var command =
                new SandboxCommand(
                        SandboxCommand.shell(
                                """
                                touch here %1$s/warm
                                for place in /etc /usr /var /opt %2$s %3$s %4$s %5$s / /dev/shm/.. ; do
                                    touch $place/intruder 2>/dev/null && echo "wrote $place"
                                done
                                mount -o remount,rw / 2>/dev/null && echo remounted
                                true
                                """
                                        .formatted(
                                                cache,
                                                playground.kintsugiHome,
                                                playground.sibling,
                                                playground.root,
                                                hostTmp)),
                        playground.checkout,
                        playground.folder(),
                        new TreeMap<>(),
                        List.of(cache),
                        List.of(),
                        Network.FULL);

        var said = playground.say(sandbox, command);

        // /dev is private, and so is /tmp, in which this clone may lie: the loop below looks
        // outside
        assertThat(said.lines())
                .allMatch(
                        line -> line.equals("wrote /dev/shm/..") || line.startsWith("wrote /tmp/"));
        assertThat(playground.checkout.resolve("here")).exists();
        assertThat(cache.resolve("warm")).exists();
        for (var place :
                List.of(
                        Path.of("/etc"),
                        Path.of("/dev"),
                        playground.kintsugiHome,
                        playground.sibling,
                        playground.root,
                        hostTmp)) {
            assertThat(place.resolve("intruder")).doesNotExist();
        }
        Files.delete(hostTmp);
    }

    @Test
    void writesToHomeAndTemporaryFoldersStayWithTheAttempt() throws Exception {
        var command = playground.command("touch ~/mine-a /tmp/mine-b /var/tmp/mine-c");

        playground.say(sandbox, command);

        assertThat(command.folder().home().resolve("mine-a")).exists();
        assertThat(command.folder().tmp().resolve("mine-b")).exists();
        assertThat(playground.userHome.resolve("mine-a")).doesNotExist();
        assertThat(Path.of("/tmp/mine-b")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat %s/api-key",
                "ls -A %s | grep -v checkouts",
                "cat %s/checkouts/b/theirs",
                "cat %2$s/.ssh/id_rsa",
                "cat ~/.ssh/id_rsa",
                "cat /etc/shadow",
                "ls -A /run | grep -v systemd",
                "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -i maven",
                "cat \"$(cat link)\""
            })
    void cannotReadWhatIsNotItsOwn(String line) throws Exception {
        Files.writeString(
                playground.checkout.resolve("link"), playground.kintsugiHome + "/api-key");

        var said =
                playground.say(
                        sandbox,
                        "(%s) 2>/dev/null; true"
                                .formatted(
                                        line.formatted(
                                                playground.kintsugiHome, playground.userHome)));

        assertThat(said).isEmpty();
    }

    @Test
    void aLinkOutOfTheCheckoutLeadsNowhere() throws Exception {
        Files.createSymbolicLink(
                playground.checkout.resolve("out"), playground.kintsugiHome.resolve("api-key"));

        assertThat(playground.say(sandbox, "cat out 2>/dev/null; echo x >>out; true"))
                .doesNotContain("server's key");
        assertThat(playground.kintsugiHome.resolve("api-key")).hasContent("server's key");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOOPBACK", "NONE"})
    void restrictedNetworkHasALoopbackOfItsOwnAndNoWayOut(Network network) throws Exception {
        try (var host = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var client = Files.writeString(playground.checkout.resolve("Probe.java"), PROBE);
            var java = Path.of(System.getProperty("java.home"), "bin/java");

            var said =
                    playground.say(
                            sandbox,
                            playground.command(
                                    "%s -XX:TieredStopAtLevel=1 %s %d; tail -n +3 /proc/net/dev | cut -d: -f1; tail -n +2 /proc/net/route"
                                            .formatted(java, client, host.getLocalPort()),
                                    network,
                                    Map.of()));

            assertThat(said.lines().map(String::strip))
                    .containsExactly("own loopback works", "host is out of reach", "lo");
        }
    }

    @Test
    void fullNetworkReachesTheMachine() throws Exception {
        try (var host = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var client = Files.writeString(playground.checkout.resolve("Probe.java"), PROBE);
            var java = Path.of(System.getProperty("java.home"), "bin/java");

            var said =
                    playground.say(
                            sandbox, "%s %s %d".formatted(java, client, host.getLocalPort()));

            assertThat(said).contains("host answers");
        }
    }

    @Test
    void aFolderThatHoldsKintsugiHomeIsRefused() throws Exception {
        var command = playground.command("true");
        var tooWide =
                new SandboxCommand(
                        command.argv(),
                        playground.root,
                        command.folder(),
                        command.env(),
                        List.of(),
                        List.of(),
                        Network.FULL);

        assertThatThrownBy(() -> sandbox.start(tooWide))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("cannot be a step's folder");
    }

    @Test
    void valuesOfTheEnvironmentAreNotAmongTheArgumentsAnyoneCanSee() throws Exception {
        var process =
                sandbox.start(
                        playground.command(
                                "echo ready; sleep 60",
                                Network.FULL,
                                Map.of("TOKEN", "s3cret-value-1")));
        awaitLine(process, "ready");

        assertThat(Playground.processesWith("s3cret-value-1")).isEmpty();
        process.stop();
    }

    private static final String PROBE =
            """
            import java.io.IOException;
            import java.net.*;

            class Probe {
                public static void main(String[] args) throws IOException {
                    var loopback = InetAddress.getLoopbackAddress();
                    try (var server = new ServerSocket(0, 1, loopback);
                            var _ = new Socket(loopback, server.getLocalPort())) {
                        System.out.println("own loopback works");
                    }
                    try (var _ = new Socket(loopback, Integer.parseInt(args[0]))) {
                        System.out.println("host answers");
                    } catch (ConnectException _) {
                        System.out.println("host is out of reach");
                    }
                }
            }
            """;
}
