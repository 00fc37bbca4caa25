package dev.kintsugi.server.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.task.LeasedTask.Lease;
import org.junit.jupiter.api.Test;

final class LeaseSealTest {
    private static final Lease LEASE = new Lease("r-1:build:1", 7);

    @Test
    void fitsItsLeaseAlone() {
        var seal = new LeaseSeal(new byte[32]);

        var proof = seal.of(LEASE);

        assertThat(seal.fits(LEASE, proof)).isTrue();
        assertThat(seal.fits(new Lease("r-1:build:1", 8), proof)).isFalse();
        assertThat(seal.fits(new Lease("r-1:build:2", 7), proof)).isFalse();
        assertThat(seal.fits(LEASE, "")).isFalse();
        assertThat(new LeaseSeal(new byte[16]).fits(LEASE, "0".repeat(64))).isFalse();
    }

    @Test
    void asksForAKeyThatCannotBeTried() {
        assertThatThrownBy(() -> new LeaseSeal(new byte[15]))
                .hasMessageContaining("at least 16 bytes, had 15");
    }
}
