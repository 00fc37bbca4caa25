package dev.kintsugi.server.workspace.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
    @TempDir private Path folder;

    @Test
    void takesTheEnvironmentBeforeTheFolder() throws Exception {
        write("TOKEN", "from file\n", "rw-------");
        write("OTHER", "two\nlines\n\n", "r--------");
        var secrets = Secrets.of(Map.of("KINTSUGI_SECRET_TOKEN", "from env"), folder);

        assertThat(secrets.resolve("TOKEN")).isEqualTo("from env");
        assertThat(secrets.resolve("OTHER")).isEqualTo("two\nlines\n");
        assertThat(secrets.known()).contains("from env", "from file", "two\nlines\n");
    }

    @Test
    void keepsTenantsApart() throws Exception {
        write("TOKEN", "default's", "rw-------");
        write("acme/TOKEN", "acme's", "rw-------");
        write("acme/OWN", "acme's own", "rw-------");
        var secrets = Secrets.of(Map.of("KINTSUGI_SECRET_KEY", "server's"), folder);
        var acme = secrets.of("acme");

        assertThat(acme.resolve("TOKEN")).isEqualTo("acme's");
        assertThat(acme.known()).containsExactlyInAnyOrder("acme's", "acme's own");
        assertThat(secrets.of("default").resolve("TOKEN")).isEqualTo("default's");
        assertThat(secrets.of("default").known())
                .containsExactlyInAnyOrder("server's", "default's");
        assertThatThrownBy(() -> acme.resolve("KEY"))
                .hasMessageContaining("write %s (mode 600)", folder.resolve("acme/KEY"))
                .hasMessageContaining("those of tenant default are not tenant acme's");
        assertThatThrownBy(() -> secrets.of("TOKEN").resolve("X"))
                .hasMessageContaining("not known");
        assertThatThrownBy(() -> secrets.resolve("acme")).hasMessageContaining("regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
    void refusesAFileThatIsOpenToOthers(String permissions) throws Exception {
        write("TOKEN", "known to all", permissions);

        assertThatThrownBy(() -> Secrets.of(Map.of(), folder).resolve("TOKEN"))
                .hasMessageContaining("chmod 600 " + folder.resolve("TOKEN"))
                .hasMessageNotContainingAny("known to all");
    }

    @Test
    void refusesALink() throws Exception {
        var elsewhere = Files.writeString(folder.resolve("elsewhere"), "x");
        Files.createSymbolicLink(folder.resolve("TOKEN"), elsewhere);

        assertThatThrownBy(() -> Secrets.of(Map.of(), folder).resolve("TOKEN"))
                .hasMessageContaining("regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../api-key", "a-b", "1st", "a/b", "X:-default"})
    void refusesWhatIsNoName(String name) {
        assertThatThrownBy(() -> Secrets.of(Map.of(), folder).resolve(name))
                .hasMessageContaining("is not a name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "abc\n"})
    void refusesWhatIsTooShortToBeMasked(String value) throws Exception {
        write("TOKEN", value, "rw-------");
        var secrets = Secrets.of(Map.of("KINTSUGI_SECRET_KEY", value.strip()), folder);

        for (var name : List.of("TOKEN", "KEY")) {
            assertThatThrownBy(() -> secrets.resolve(name))
                    .hasMessageContaining(name + " is shorter than 4 characters");
        }
    }

    @Test
    void refusesAnyOfMoreFilesThanAreMasked() throws Exception {
        write("acme/TOKEN", "acme's", "rw-------");
        for (int i = 0; i < Secrets.MAX_FILES; i++) {
            write("S" + i, "value of " + i, "rw-------");
        }
        var secrets = Secrets.of(Map.of(), folder);
        assertThat(secrets.resolve("S7")).isEqualTo("value of 7");
        assertThat(secrets.known()).hasSize(Secrets.MAX_FILES);

        write("ONE_MORE", "one more", "rw-------");

        assertThatThrownBy(() -> secrets.resolve("S7"))
                .hasMessageContaining("more than 1,000 files")
                .hasMessageContaining(folder.toString());
        assertThat(secrets.of("acme").resolve("TOKEN")).isEqualTo("acme's");
    }

    @Test
    void aRotatedSecretIsSeenAtOnce() throws Exception {
        write("TOKEN", "former", "rw-------");
        var secrets = Secrets.of(Map.of(), folder);
        assertThat(secrets.resolve("TOKEN")).isEqualTo("former");

        write("TOKEN", "present", "rw-------");

        assertThat(secrets.resolve("TOKEN")).isEqualTo("present");
    }

    @Test
    void oneUnusableFileDoesNotUnmaskTheOthers() throws Exception {
        write("A", "aaaa-value", "rw-r--r--");
        write("B", "bbbb-value", "rw-------");
        write("C", "cccc-value", "rw-------");

        assertThat(Secrets.of(Map.of(), folder).known()).contains("bbbb-value", "cccc-value");
    }

    private void write(String name, String value, String permissions) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        var file = Files.writeString(folder.resolve(name), value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
