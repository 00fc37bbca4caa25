package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionTest extends CliFixture {

    @BeforeEach
    void keepAKeyHere() throws IOException {
        env.remove("KINTSUGI_API_KEY");
        var home = Files.createDirectories(directory.resolve("home"));
        Files.writeString(home.resolve("api-key"), "local-key\n");
    }

    private String key(String server) {
        return Connection.remoteKey(shell(console("")), URI.create(server));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8787",
                "http://127.0.0.1:8787",
                "http://127.255.1.99",
                "http://[::1]:8787"
            })
    void givesTheKeyOfThisMachineToThisMachine(String server) {
        assertThat(key(server)).isEqualTo("local-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.evil.example",
                "http://127.0.0.1.evil.example",
                "http://localhost.evil.example",
                "http://128.0.0.1",
                "http://[::2]",
                "https://kintsugi.example"
            })
    void givesTheKeyOfThisMachineToNobodyElse(String server) {
        assertThatThrownBy(() -> key(server))
                .isInstanceOf(CommandException.class)
                .hasMessage("set KINTSUGI_API_KEY to your tenant's key for " + server);
    }

    @Test
    void takesTheKeyThatIsSetBeforeAnyOther() {
        env.put("KINTSUGI_API_KEY", " mine\n");

        assertThat(key("https://kintsugi.example")).isEqualTo("mine");
        assertThat(key("http://localhost")).isEqualTo("mine");
    }
}
