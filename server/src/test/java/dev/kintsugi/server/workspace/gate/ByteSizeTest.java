package dev.kintsugi.server.workspace.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({
        "256m,512m",
        "512Mi,1024Mi",
        "1g,2g",
        "1G,2G",
        "3g,4g",
        "65536k,131072k",
        "1048576,2097152",
        "3000m,4096m"
    })
    void doublesInItsOwnUnitUpToTheCeiling(String before, String after) {
        assertThat(ByteSize.parse(before).orElseThrow().doubledTo(4 * GIB)).hasToString(after);
    }

    @Test
    void takesAFinerUnitWhenTheCeilingNeedsIt() {
        assertThat(ByteSize.parse("1g").orElseThrow().doubledTo(GIB + GIB / 2))
                .hasToString("1536m");
    }

    @Test
    void isAsMuchAsFitsWhereItIsTooMuch() {
        var size = ByteSize.parse("999999999999t").orElseThrow();

        assertThat(size.bytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(size.doubledTo(4 * GIB)).hasToString("4096m");
    }

    @ParameterizedTest
    @CsvSource({"lots", "-1m", "1.5g", "12x", "m"})
    void refusesWhatIsNoSize(String text) {
        assertThat(ByteSize.parse(text)).isEmpty();
    }
}
