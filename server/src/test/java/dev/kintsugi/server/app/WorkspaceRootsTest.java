package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceRootsTest {
    @TempDir Path home = Path.of("");

    private void note(String json) throws IOException {
        Files.writeString(home.resolve("workspace-roots.json"), json);
    }

    @Test
    void acceptsNothingWhereNobodySaidAnything() {
        assertThat(WorkspaceRoots.of("", home).accepted("default")).isEmpty();
    }

    @Test
    void learnsWhatIsNotedWhileItRuns() throws IOException {
        var roots = WorkspaceRoots.of(" ", home);
        note("[\"/srv/shop\"]");
        assertThat(roots.accepted("default")).containsExactly(Path.of("/srv/shop"));

        note("[\"/srv/bank\", \"/srv/shop\"]");

        assertThat(roots.accepted("default"))
                .containsExactly(Path.of("/srv/bank"), Path.of("/srv/shop"));
    }

    @Test
    void whatTheOperatorSaysHoldsWhateverIsNoted() throws IOException {
        note("[\"/srv/shop\"]");

        assertThat(WorkspaceRoots.of("/a:/b", home).accepted("default"))
                .containsExactly(Path.of("/a"), Path.of("/b"));
    }

    @Test
    void whatTheMachinesUserNamedIsNoOtherTenants() throws IOException {
        note("[\"/srv/shop\"]");

        assertThat(WorkspaceRoots.of("", home).accepted("acme")).isEmpty();
        assertThat(WorkspaceRoots.of("/a:/b", home).accepted("acme")).isEmpty();
    }

    @Test
    void acceptsNothingWhenTheNotesCannotBeRead() throws IOException {
        note("[\"/srv");

        assertThat(WorkspaceRoots.of("", home).accepted("default")).isEmpty();
    }
}
