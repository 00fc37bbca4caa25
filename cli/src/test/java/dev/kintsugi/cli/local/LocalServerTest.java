package dev.kintsugi.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.cli.local.LocalServer.Address;
import dev.kintsugi.server.app.KintsugiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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
                    public void pause(Duration time) {
                        LockSupport.parkNanos(time.toNanos());
                    }
                };
        return new LocalServer(
                new Home(home), new Installation(build, folder, null), Map.of(), progress);
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
                "{\"pid\":%d,\"started_at\":\"2020-01-01T00:00:00Z\",\"port\":1,\"build\":\"b1\"}"
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
    void startsAnewForARepositoryThatTheServerDoesNotAccept() throws IOException {
        var shop = Files.createDirectory(folder.resolve("shop"));
        var other = Files.createDirectory(folder.resolve("other"));

        server("b1").need(Wish.any(shop));
        server("b1").need(Wish.any(shop));
        server("b1").need(Wish.any(other));

        assertThat(starts()).containsExactly(shop.toString(), other + ":" + shop);
    }

    @Test
    void neverReplacesAServerThatWasAskedToStay() throws IOException {
        server("b1").need(new Wish(false, 0, folder.resolve("shop"), null));

        assertThatThrownBy(() -> server("b1").need(Wish.any(folder.resolve("other"))))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("kintsugi down");
        assertThat(starts()).hasSize(1);
    }

    @Test
    void saysThatTheHomeCannotBeWritten() throws IOException {
        home = Files.writeString(folder.resolve("file"), "").resolve("home");

        assertThatThrownBy(() -> server("b1").need(Wish.any(null)))
                .isInstanceOf(LocalServerException.class)
                .hasMessageContaining("set KINTSUGI_HOME");
    }
}
