package dev.kintsugi.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.cli.local.LocalServer.Address;
import dev.kintsugi.server.app.KintsugiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalServerTest {
    @TempDir Path folder = Path.of("");
    private Path home = Path.of("");
    private final Map<String, String> env = new HashMap<>();

    @BeforeEach
    void layOutAnInstallation() throws IOException {
        home = folder.resolve("home");
        Files.createDirectories(folder.resolve("server"));
        var jar = folder.resolve("server/server.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("dev/kintsugi/server/app/KintsugiServer.class"));
            try (var in = KintsugiServer.class.getResourceAsStream("KintsugiServer.class")) {
                Objects.requireNonNull(in).transferTo(out);
            }
        }
    }

    @AfterEach
    void stopTheServer() {
        server("b1").stop();
    }

    private LocalServer server(String build) {
        var progress =
                new LocalServer.Progress() {
                    @Override
                    public void waiting(String what) {
                        assertThat(what).isNotBlank();
                    }

                    @Override
                    public Instant instant() {
                        return Instant.now();
                    }

                    @Override
                    public void pause(Duration time) {
                        LockSupport.parkNanos(time.toNanos());
                    }
                };
        return new LocalServer(
                new Home(home), new Installation(build, folder, null), env, progress);
    }

    private List<String> starts() throws IOException {
        return Files.readAllLines(home.resolve("starts"));
    }

    private static long pid(ServerFile file) {
        return file.pid();
    }

    private ServerFile file() {
        return Objects.requireNonNull(ServerFile.read(new Home(home)));
    }

    @Test
    void startsAServerOnceAndThenAttachesToIt() throws IOException {
        var first = server("b1").need(Wish.any(null));
        var second = server("b1").need(Wish.any(null));

        assertThat(first.started()).isTrue();
        assertThat(first.key()).isEqualTo("kk-test");
        assertThat(second).isEqualTo(new Address(first.uri(), "kk-test", false));
        assertThat(starts()).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
    }

    @Test
    void severalAtOnceStartOneServer() throws Exception {
        Callable<Address> one = () -> server("b1").need(Wish.any(null));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var address : threads.invokeAll(List.of(one, one))) {
                assertThat(address.get().key()).isEqualTo("kk-test");
            }
        }

        assertThat(starts()).hasSize(1);
    }

    @Test
    void replacesAServerOfAnotherBuild() throws IOException {
        server("b1").need(Wish.any(null));
        long old = pid(file());

        var address = server("b2").need(Wish.any(null));

        assertThat(address.started()).isTrue();
        assertThat(ProcessHandle.of(old).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(starts()).hasSize(2);
    }

    @Test
    void ignoresWhatAServerThatDiedLeftBehind() throws IOException {
        Files.createDirectories(home);
        long mine = ProcessHandle.current().pid();
        Files.writeString(
                home.resolve("server.json"),
                "{\"pid\":%d,\"started_at\":\"2020-01-01T00:00:00Z\",\"port\":1,\"build\":\"b1\",\"ephemeral\":true}"
                        .formatted(mine));

        var address = server("b1").need(Wish.any(null));

        assertThat(address.started()).isTrue();
        assertThat(pid(file())).isNotEqualTo(mine);
    }

    @Test
    void saysTheServersOwnSentenceWhenItCannotStart() throws IOException {
        Files.createDirectories(home);
        Files.writeString(home.resolve("refuse"), "");

        assertThatThrownBy(() -> server("b1").need(Wish.any(null)))
                .isInstanceOf(LocalServerException.class)
                .hasMessage("port 8787 is taken by another program: choose one with --port");
    }

    @Test
    void aLiveServerLearnsOfTheNextRepository() throws IOException {
        var shop = Files.createDirectory(folder.resolve("shop"));
        var other = Files.createDirectory(folder.resolve("other"));

        server("b1").need(Wish.any(shop));
        server("b1").need(Wish.any(shop));
        var second = server("b1").need(Wish.any(other));

        assertThat(second.started()).isFalse();
        assertThat(starts()).containsExactly("0 noted");
        assertThat(Files.readString(home.resolve("workspace-roots.json")))
                .isEqualTo("[\"%s\",\"%s\"]".formatted(other, shop));
    }

    @Test
    void severalWithTheirOwnRepositoriesShareOneServer() throws Exception {
        var repositories = new ArrayList<Callable<Address>>();
        for (int i = 0; i < 4; i++) {
            var repository = Files.createDirectory(folder.resolve("shop" + i));
            repositories.add(() -> server("b1").need(Wish.any(repository)));
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var address : threads.invokeAll(repositories)) {
                assertThat(address.get().key()).isEqualTo("kk-test");
            }
        }

        assertThat(starts()).hasSize(1);
        assertThat(Roots.noted(new Home(home))).hasSize(4);
    }

    @Test
    void neverWidensRootsThatTheUserSaid() throws IOException {
        var shop = Files.createDirectory(folder.resolve("shop"));
        env.put("KINTSUGI_WORKSPACE_ROOTS", shop.toString());
        server("b1").need(Wish.any(shop));
        long first = pid(file());

        assertThatThrownBy(() -> server("b1").need(Wish.any(folder.resolve("other"))))
                .isInstanceOf(LocalServerException.class)
                .hasMessageStartingWith("KINTSUGI_WORKSPACE_ROOTS names only " + shop);
        env.clear();
        assertThatThrownBy(() -> server("b2").need(Wish.any(folder.resolve("other"))))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("accepts repositories only below " + shop);

        assertThat(pid(file())).isEqualTo(first);
        assertThat(server("b2").need(Wish.any(shop)).started()).isTrue();
        assertThat(starts().getLast()).endsWith(" " + shop);
    }

    @Test
    void neverReplacesAServerThatWorks() throws IOException {
        server("b1").need(Wish.any(null));
        Files.writeString(home.resolve("busy"), "");

        assertThatThrownBy(() -> server("b2").need(Wish.any(null)))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("is of another build, and runs are being worked on")
                .hasMessageContaining("kintsugi down");
        assertThatThrownBy(() -> server("b1").need(new Wish(false, 0, null, null)))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("another than was asked for");
        assertThat(starts()).hasSize(1);
    }

    @Test
    void aServerThatStaysIsReplacedByOneThatStaysWhereItWas() throws IOException {
        int port = server("b1").need(new Wish(false, 0, null, null)).uri().getPort();

        var address = server("b2").need(Wish.any(null));

        assertThat(address.started()).isTrue();
        assertThat(address.uri().getPort()).isEqualTo(port);
        assertThat(file().ephemeral()).isFalse();
    }

    @Test
    void upWithoutAPortIsContentWithAnyServerThatStays() throws IOException {
        var first = server("b1").need(new Wish(false, 0, null, null));

        var second = server("b1").need(new Wish(false, null, null, null));

        assertThat(second.uri()).isEqualTo(first.uri());
        assertThat(starts()).hasSize(1);
    }

    @Test
    void keepsTheOldServerWhenTheNewPortIsTaken() throws IOException {
        server("b1").need(Wish.any(null));
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> server("b1").need(new Wish(false, port, null, null)))
                    .isInstanceOf(LocalServerException.class)
                    .hasMessageContaining("Port %d of 127.0.0.1 cannot be taken", port);
        }

        assertThat(starts()).hasSize(1);
        assertThat(file().process()).isNotNull();
    }

    @Test
    void waitsForALiveServerThatDoesNotAnswerYet() throws IOException {
        server("b1").need(Wish.any(null));
        Files.writeString(home.resolve("slow"), "");

        assertThat(server("b1").need(Wish.any(null)).started()).isFalse();
        assertThat(home.resolve("slow")).doesNotExist();
        assertThat(starts()).hasSize(1);
    }

    @Test
    void theServersProfileIsNotThatOfOtherProgramsHere() throws IOException {
        server("b1").need(Wish.any(null));

        assertThat(Files.readString(home.resolve("profile"))).isEqualTo("local\n");
    }

    @Test
    void saysThatTheHomeCannotBeWritten() throws IOException {
        home = Files.writeString(folder.resolve("file"), "").resolve("home");

        assertThatThrownBy(() -> server("b1").need(Wish.any(null)))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("set KINTSUGI_HOME")
                .hasMessageContaining("(Not a directory)")
                .hasMessageNotContaining("Exception");
    }
}
