package dev.kintsugi.server.workspace.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.Artifacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCaptureTest {
    @TempDir Path temp = Path.of("");
    private Path folder = temp;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectories(temp.resolve("checkout"));
        Files.createDirectories(folder.resolve("build/reports"));
        Files.createDirectories(folder.resolve(".git"));
        Files.writeString(folder.resolve("build/reports/a.txt"), "one");
        Files.writeString(folder.resolve("build/b.log"), "two");
        Files.writeString(folder.resolve(".git/config"), "mine");
        Files.writeString(temp.resolve("outside"), "not yours");
    }

    private Artifacts take(String... globs) throws Exception {
        return new ArtifactCapture(folder, List.of(globs), Redactor.of(List.of("s3cr3t-value")))
                .take(bytes -> Sha256.hex(new String(bytes, StandardCharsets.UTF_8)));
    }

    private List<String> names(String... globs) throws Exception {
        return take(globs).files().stream().map(Artifacts.File::name).toList();
    }

    @Test
    void takesFilesByTheirContent() throws Exception {
        assertThat(take("build/reports/**").files())
                .containsExactly(new Artifacts.File("build/reports/a.txt", Sha256.hex("one"), 3));
        assertThat(names("**")).containsExactly("build/b.log", "build/reports/a.txt");
        assertThat(names("*.none")).isEmpty();
    }

    @Test
    void followsNoLinkOutside() throws Exception {
        Files.createSymbolicLink(folder.resolve("build/link"), temp.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("folder"), temp);

        assertThat(names("**")).containsExactly("build/b.log", "build/reports/a.txt");
    }

    @Test
    void refusesWhatHoldsASecret() throws Exception {
        Files.writeString(folder.resolve("build/b.log"), "it is s3cr3t-value");

        assertThatThrownBy(() -> take("build/*.log"))
                .isInstanceOf(StepRefusedException.class)
                .hasMessageContaining("build/b.log holds a secret's value");
    }

    @Test
    void refusesTooManyAndTooLarge() throws Exception {
        Files.write(folder.resolve("build/large"), new byte[Artifacts.MAX_BYTES + 1]);
        for (int i = 0; i <= Artifacts.MAX_FILES; i++) {
            Files.writeString(folder.resolve("build/reports/" + i), "");
        }

        assertThatThrownBy(() -> take("build/large")).hasMessageContaining("larger than 16 MiB");
        assertThatThrownBy(() -> take("build/reports/*")).hasMessageContaining("files match");
    }
}
