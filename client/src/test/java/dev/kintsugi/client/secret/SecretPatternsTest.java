package dev.kintsugi.client.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretPatternsTest {
    /** Written in parts so that scanners of this repository do not take the samples for real. */
    private static final String RANDOM = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";

    @ParameterizedTest
    @CsvSource({
        "AKIA,IOSFODNN7EXAMPLE,AWS access key id",
        "ghp_,a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8,GitHub token",
        "github_pat_,11ABCDEFG0a1B2c3D4e5F6g7H8,GitHub token",
        "glpat-,a1B2c3D4e5F6g7H8i9J0,GitLab token",
        "xoxb-,123456789012-abcdefABCDEF,Slack token",
        "sk-proj-,a1B2c3D4e5F6g7H8i9J0k1,API key",
        "sk-ant-,api03-a1B2c3D4e5F6g7H8i9,API key",
        "sk_live_,a1B2c3D4e5F6g7H8,Stripe key",
        "AIza,SyA1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q,Google API key",
        "npm_,a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8,npm token",
        "hf_,a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7,Hugging Face token",
        "lin_api_,a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7,Linear key",
        "'-----BEGIN RSA ',PRIVATE KEY-----,private key",
        "'-----BEGIN ',PRIVATE KEY-----,private key",
        "https://user:,hunter22@example.com/x,password in a URL",
        "'Authorization: Bearer ',a1B2c3D4e5F6g7H8i9J0k1,bearer token",
        "'password = ','a1B2c3D4e5F6g7H8i9J0k1',assigned secret",
        "eyJ,hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N,JSON web token"
    })
    void knownKindsAreFoundInTheMiddleOfText(String begin, String rest, String kind) {
        assertThat(SecretPatterns.find("x = \"" + begin + rest + "\";")).contains(kind);
        assertThat(SecretPatterns.spans("no secret here")).isEmpty();
        assertThat(SecretPatterns.spans("see " + begin + rest))
                .anySatisfy(span -> assertThat(span.kind()).isEqualTo(kind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./mvnw -B -q -pl client -am test",
                "String token = tokens.create(userName, Duration.ofMinutes(5));",
                "password: ${secrets.DB_PASSWORD}",
                "db://u:${secrets.P}@host/x",
                "https://example.com:8080/a@b",
                "integrity sha512-task-risk-desk-mask-flask-basket-casket",
                "secret: the-quick-brown-fox-jumps-over-the-lazy-dog",
                "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
                "-----BEGIN CERTIFICATE-----",
                "-----BEGIN PUBLIC KEY-----"
            })
    void ordinaryTextIsNoSecret(String text) {
        assertThat(SecretPatterns.find(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "DB_PASSWORD, hunter2",
        "PGPASSWORD, x",
        "mysql_pwd, abc",
        "CLIENT_SECRET, shh",
        "API_TOKEN, a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0",
        "SIGNING_KEY, 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "ANY_KEY, c2VjcmV0IHZhbHVlIG9mIGFueSBraW5kIDEyMzQ1Njc4OTA="
    })
    void literalsUnderTellingNamesAreSecrets(String name, String value) {
        assertThat(SecretPatterns.findNamed(name, value)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "PATH, /usr/bin:/bin",
        "PWD, /work",
        "DB_PASSWORD, ${secrets.DB_PASSWORD}",
        "DB_PASSWORD, $DB_PASSWORD",
        "PASSWORD_FILE, /run/secrets/db",
        "SSH_KEY, /home/me/.ssh/id_ed25519_deployment_key_1",
        "CACHE_KEY, build-linux-x64-jdk25-maven-3.9.16-v1",
        "TOKEN, short",
        "COMMIT, 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
    })
    void whatOnlyPointsAtASecretIsNone(String name, String value) {
        assertThat(SecretPatterns.findNamed(name, value)).isEmpty();
    }

    @Test
    void hostileTextTakesNoLongTime() {
        for (String part :
                new String[] {"a", "://", "eyJa", "token:", "A.", "-----BEGIN ", "x:/"}) {
            String text = part.repeat((1 << 18) / part.length());

            assertTimeout(Duration.ofSeconds(10), () -> SecretPatterns.spans(text), part);
        }
    }

    @Test
    void theKindNeverHoldsTheValue() {
        assertThat(SecretPatterns.find("token: " + RANDOM).orElseThrow()).doesNotContain(RANDOM);
    }
}
