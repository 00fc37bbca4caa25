package dev.kintsugi.server.workspace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.plan.Gate.Network;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PlainSandboxTest extends SandboxContract {
    @Override
    Sandbox make(Playground playground) {
        return Sandbox.plain(playground.settings(), "bwrap is not on the PATH");
    }

    @Override
    String name() {
        return "plain";
    }

    @Test
    void saysThatItDoesNotProtect() {
        assertThat(sandbox.isolates()).isFalse();
        assertThat(sandbox.remark())
                .contains("not protected", "bwrap is not on the PATH", "install bubblewrap");
    }

    @Test
    void refusesARestrictedNetworkThatItCannotKeep() {
        assertThatThrownBy(() -> sandbox.start(playground.command("true", Network.NONE, Map.of())))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("network: none")
                .hasMessageContaining("install bubblewrap");
    }

    @Test
    void isChosenWhenBubblewrapIsMissing() {
        var settings = playground.settings();
        var withoutPath =
                new SandboxSettings(
                        settings.userHome(),
                        settings.kintsugiHome(),
                        java.util.List.of(),
                        settings.readable(),
                        "C.UTF-8",
                        "UTC");

        try (var chosen = Sandbox.strongest(withoutPath)) {
            assertThat(chosen.remark()).contains("bwrap is not on the PATH");
        }
    }
}
