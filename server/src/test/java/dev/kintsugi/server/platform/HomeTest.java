package dev.kintsugi.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir Path temporary;
    private Path folder;
    private Map<String, String> environment;

    @BeforeEach
    void nameTheFolder() {
        folder = temporary.resolve("deep/home");
        environment = Map.of("KINTSUGI_HOME", folder.toString());
    }

    @Test
    void isMadeForItsOwnerAlone() throws IOException {
        try (var home = Home.open(environment)) {
            home.keepApiKey("kin_x");
            home.chainKey();

            assertThat(mode(folder)).isEqualTo("rwx------");
            assertThat(mode(home.secrets())).isEqualTo("rwx------");
            assertThat(mode(folder.resolve("api-key"))).isEqualTo("rw-------");
            assertThat(mode(folder.resolve("chain-key"))).isEqualTo("rw-------");
            assertThat(home.apiKey()).hasValue("kin_x");
        }
    }

    @Test
    void closesWhatIsOursAndLeavesTheFolderItWasGiven() throws IOException {
        Files.createDirectories(folder.resolve("secrets"));
        for (var open : new Path[] {folder, folder.resolve("secrets")}) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        Home.open(environment).close();

        assertThat(mode(folder.resolve("secrets"))).isEqualTo("rwx------");
        assertThat(mode(folder)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void isBelowTheUsersHomeUnlessItIsNamed() {
        assertThat(Home.folder(Map.of("HOME", temporary.toString())))
                .isEqualTo(temporary.resolve(".kintsugi"));
        assertThat(Home.folder(Map.of("HOME", "/nowhere", "KINTSUGI_HOME", folder.toString())))
                .isEqualTo(folder);
        assertThat(Home.folder(Map.of()))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".kintsugi"));
    }

    @Test
    void oneServerHoldsItAtATime() {
        try (var _ = Home.open(environment)) {
            assertThatThrownBy(() -> Home.open(environment))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("already runs on " + folder);
        }

        Home.open(environment).close();
    }

    @Test
    void announcesTheServerUntilItIsClosed() throws IOException {
        try (var home = Home.open(environment)) {
            home.announce(8787, "b1", true, List.of("/srv"));

            var server =
                    Json.mapper()
                            .readValue(
                                    Files.readString(folder.resolve("server.json")),
                                    Home.Server.class);
            assertThat(server.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(server.port()).isEqualTo(8787);
            assertThat(server.build()).isEqualTo("b1");
            assertThat(server.ephemeral()).isTrue();
            assertThat(server.workspaceRoots()).containsExactly("/srv");
            assertThat(ProcessHandle.current().info().startInstant()).hasValue(server.startedAt());
        }

        assertThat(folder.resolve("server.json")).doesNotExist();
    }

    @Test
    void theChainKeyStaysAndTheEnvironmentGoesBeforeIt() {
        byte[] made;
        try (var home = Home.open(environment)) {
            made = home.chainKey();
        }

        try (var again = Home.open(environment)) {
            assertThat(again.chainKey()).isEqualTo(made).hasSize(32);
        }
        var given =
                Map.of("KINTSUGI_HOME", folder.toString(), "KINTSUGI_CHAIN_KEY", "ab".repeat(32));
        try (var home = Home.open(given)) {
            assertThat(home.chainKey()).containsOnly(0xab);
        }
    }

    @Test
    void aChainKeyOfAnotherFormIsRefusedWithoutShowingIt() {
        var given = Map.of("KINTSUGI_HOME", folder.toString(), "KINTSUGI_CHAIN_KEY", "hunter2");

        try (var home = Home.open(given)) {
            assertThatThrownBy(home::chainKey)
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("KINTSUGI_CHAIN_KEY must be 32 bytes")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsSaidInOneSentence() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(
                        () -> Home.open(Map.of("KINTSUGI_HOME", file.resolve("home").toString())))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("KINTSUGI_HOME");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
