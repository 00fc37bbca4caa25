package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanFileTest extends CliFixture {

    private @Nullable Path repositoryOf(String git) throws IOException {
        Files.writeString(
                directory.resolve("plan.yaml"),
                "plan: 1\nname: demo\nworkspace: {git: '%s'}\ngate: {}\nsteps: [{id: one, exec: x}]\n"
                        .formatted(git));
        return PlanFile.read(shell(console("")), "plan.yaml").repository();
    }

    @Test
    void findsTheRepositoryAroundAFolder() throws IOException {
        var root = Files.createDirectories(directory.resolve("a"));
        Files.createDirectories(root.resolve("shop/src"));
        Files.createDirectory(root.resolve(".git"));

        assertThat(repositoryOf("./a")).isEqualTo(root.toRealPath());
        assertThat(repositoryOf("./a/shop/src")).isEqualTo(root.toRealPath());
    }

    @Test
    void takesAWorktreesFileForARepository() throws IOException {
        var tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve(".git"), "gitdir: elsewhere\n");

        assertThat(repositoryOf("tree")).isEqualTo(tree.toRealPath());
    }

    @Test
    void findsABareRepositoryAndFollowsLinks() throws IOException {
        var bare = Files.createDirectories(directory.resolve("bare.git"));
        Files.createDirectory(bare.resolve("objects"));
        Files.writeString(bare.resolve("HEAD"), "ref: refs/heads/main\n");
        Files.createSymbolicLink(directory.resolve("link"), bare);

        assertThat(repositoryOf("link")).isEqualTo(bare.toRealPath());
    }

    @Test
    void hasNoRepositoryHereForAUrl() throws IOException {
        assertThat(repositoryOf("https://host/shop.git")).isNull();
        assertThat(repositoryOf("git@host:shop.git")).isNull();
    }

    @Test
    void refusesWhatIsNoRepository() throws IOException {
        Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> repositoryOf("nowhere")).hasMessageContaining("git init");
        assertThatThrownBy(() -> repositoryOf("file")).hasMessageContaining("git init");
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        var secret = directory.resolve("secret.yaml");
        Files.createFile(
                secret,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));

        assertThat(kintsugi("plan", "check", "none.yaml")).isEqualTo(2);
        assertThat(kintsugi("plan", "check", ".")).isEqualTo(2);
        assertThat(kintsugi("plan", "check", "secret.yaml")).isEqualTo(2);

        assertThat(err())
                .contains("none.yaml: there is no such file", ".: it is a folder: name a plan file")
                .doesNotContain("Exception");
    }
}
