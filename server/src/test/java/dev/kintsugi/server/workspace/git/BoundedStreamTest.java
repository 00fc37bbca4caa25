package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;

class BoundedStreamTest {
    @Test
    void givesEverythingUpToItsLimit() throws Exception {
        assertThat(stream(10).readAllBytes()).hasSize(10);
    }

    @Test
    void failsBeyondIt() {
        assertThatThrownBy(() -> stream(11).readAllBytes()).hasMessageContaining("at most 10");
        assertThatThrownBy(() -> stream(11).skip(11)).hasMessageContaining("at most 10");
        assertThatThrownBy(
                        () -> {
                            var stream = stream(11);
                            while (stream.read() >= 0) {
                                // on to the end
                            }
                        })
                .hasMessageContaining("at most 10");
    }

    private static BoundedStream stream(int length) {
        return new BoundedStream(new ByteArrayInputStream(new byte[length]), 10);
    }
}
