package dev.kintsugi.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeTest {

    @Test
    void isBelowTheUsersHomeUnlessItIsNamed() {
        assertThat(Home.of(Map.of("HOME", "/home/ada")).path())
                .isEqualTo(Path.of("/home/ada/.kintsugi"));
        assertThat(Home.of(Map.of("HOME", "/home/ada", "KINTSUGI_HOME", "/srv/k")).path())
                .isEqualTo(Path.of("/srv/k"));
        assertThat(Home.of(Map.of()).path())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".kintsugi"));
    }

    @Test
    void saysWhichFileOfItCannotBeUsed() {
        var home = new Home(Path.of("/srv/k"));

        assertThat(home.unusable(new AccessDeniedException("/srv/k/server.json")))
                .hasMessage(
                        "cannot use /srv/k/server.json (permission denied): make it readable and writable, or set KINTSUGI_HOME to another folder");
        assertThat(home.unusable(new IOException("No locks available")))
                .hasMessageStartingWith("cannot use /srv/k (No locks available): ");
    }
}
