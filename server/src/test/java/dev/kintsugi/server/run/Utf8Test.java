package dev.kintsugi.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void cutsBeforeTheCharacterThatIsNotWhole() {
        var text = "aé€𝄞b";
        var bytes = text.getBytes(UTF_8);

        for (int length = 0; length <= bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            int whole = Utf8.wholeCharacters(cut);
            var read = new String(cut, 0, whole, UTF_8);
            assertThat(text).startsWith(read);
            assertThat(length - whole).isBetween(0, 3);
        }
        assertThat(Utf8.wholeCharacters(bytes)).isEqualTo(bytes.length);
    }

    @Test
    void bytesThatAreNoTextAreNotHeldBack() {
        byte[] noText = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80};

        assertThat(Utf8.wholeCharacters(noText)).isEqualTo(noText.length);
    }
}
