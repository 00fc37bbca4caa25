package dev.kintsugi.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

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
}
