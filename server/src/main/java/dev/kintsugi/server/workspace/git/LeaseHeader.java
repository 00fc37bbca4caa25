package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lease as the value of the {@code Authorization} header: {@code Lease base64(key:token)}. */
final class LeaseHeader {
    static final String NAME = "Authorization";

    private static final String SCHEME = "Lease ";

    private LeaseHeader() {}

    static String of(Lease lease) {
        var text = lease.key() + ":" + lease.token();
        return SCHEME + Base64.getUrlEncoder().encodeToString(text.getBytes(UTF_8));
    }

    static Optional<Lease> parse(@Nullable String header) {
        if (header == null || !header.startsWith(SCHEME)) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(header.substring(SCHEME.length()).strip());
            var text = new String(bytes, UTF_8);
            var colon = text.lastIndexOf(':');
            return colon < 1
                    ? Optional.empty()
                    : Optional.of(
                            new Lease(
                                    text.substring(0, colon),
                                    Long.parseLong(text.substring(colon + 1))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
