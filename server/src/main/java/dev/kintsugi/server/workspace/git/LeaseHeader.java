package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lease and its proof as the value of the {@code Authorization} header: {@code Lease
 * base64(key:token:proof)}.
 */
record LeaseHeader(Lease lease, String proof) {
    static final String NAME = "Authorization";

    private static final String SCHEME = "Lease ";

    String text() {
        var text = lease.key() + ":" + lease.token() + ":" + proof;
        return SCHEME + Base64.getUrlEncoder().encodeToString(text.getBytes(UTF_8));
    }

    static Optional<LeaseHeader> parse(@Nullable String header) {
        if (header == null || !header.startsWith(SCHEME)) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(header.substring(SCHEME.length()).strip());
            var text = new String(bytes, UTF_8);
            var proof = text.lastIndexOf(':');
            var token = text.lastIndexOf(':', proof - 1);
            if (token < 1) {
                return Optional.empty();
            }
            var lease =
                    new Lease(
                            text.substring(0, token),
                            Long.parseLong(text.substring(token + 1, proof)));
            return Optional.of(new LeaseHeader(lease, text.substring(proof + 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
