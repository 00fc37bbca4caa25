package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.NewKey;
import dev.kintsugi.client.api.RotatedKey;
import dev.kintsugi.client.api.TenantKey;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Keys over HTTP: the own tenant's for {@link Scope#ADMIN}, any tenant's for {@link Scope#OPERATE}.
 */
@RestController
final class KeyController {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Duration OVERLAP = Duration.ofHours(24);
    private static final Set<Scope> USUAL =
            EnumSet.of(Scope.READ, Scope.RUN, Scope.APPROVE, Scope.WORK);

    private final Tenants tenants;
    private final ApiKeys keys;

    KeyController(Tenants tenants, ApiKeys keys) {
        this.tenants = tenants;
        this.keys = keys;
    }

    /**
     * @param label tells the key from the tenant's others
     * @param scopes of read, run, approve, work, admin; null for all but admin
     * @param expiresAt null for never
     */
    record KeyRequest(
            @Nullable String label, @Nullable List<Scope> scopes, @Nullable Instant expiresAt) {}

    /**
     * @param overlapSeconds how long the old key is good beside the new one, 0 to 30 days; null for
     *     24 hours
     * @param expiresAt of the new key; null for as long a life as the old one was given
     */
    record Rotation(@Nullable Long overlapSeconds, @Nullable Instant expiresAt) {}

    /** The tenant's keys in use, oldest first. */
    @GetMapping("/api/v1/keys")
    List<TenantKey> own(Caller caller) {
        return keys.list(caller.tenant());
    }

    @PostMapping("/api/v1/keys")
    @ResponseStatus(HttpStatus.CREATED)
    NewKey createOwn(Caller caller, @RequestBody KeyRequest request) {
        return create(caller.tenant(), request);
    }

    /** Makes a key that takes the other's place; the old one is good for the overlap yet. */
    @PostMapping("/api/v1/keys/{label}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    RotatedKey rotateOwn(
            Caller caller,
            @PathVariable String label,
            @RequestBody(required = false) @Nullable Rotation rotation) {
        return rotate(caller, caller.tenant(), label, rotation);
    }

    @DeleteMapping("/api/v1/keys/{label}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeOwn(Caller caller, @PathVariable String label) {
        requireMay(caller, caller.tenant(), label);
        revoke(caller.tenant(), label);
    }

    @PostMapping("/api/v1/tenants/{tenant}/keys")
    @ResponseStatus(HttpStatus.CREATED)
    NewKey createOf(@PathVariable String tenant, @RequestBody KeyRequest request) {
        requireTenant(tenant);
        return create(tenant, request);
    }

    /** Keys in use, oldest first. */
    @GetMapping("/api/v1/tenants/{tenant}/keys")
    List<TenantKey> of(@PathVariable String tenant) {
        requireTenant(tenant);
        return keys.list(tenant);
    }

    @PostMapping("/api/v1/tenants/{tenant}/keys/{label}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    RotatedKey rotateOf(
            Caller caller,
            @PathVariable String tenant,
            @PathVariable String label,
            @RequestBody(required = false) @Nullable Rotation rotation) {
        requireTenant(tenant);
        return rotate(caller, tenant, label, rotation);
    }

    @DeleteMapping("/api/v1/tenants/{tenant}/keys/{label}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeOf(@PathVariable String tenant, @PathVariable String label) {
        requireTenant(tenant);
        revoke(tenant, label);
    }

    private NewKey create(String tenant, KeyRequest request) {
        String label = request.label() == null ? "" : request.label();
        if (!LABEL.matcher(label).matches()) {
            throw new BadInputException(
                    "label: must have 1 to 100 letters, digits, dots, hyphens and underscores, a letter or digit first");
        }
        Set<Scope> scopes = scopes(request);
        Instant until = request.expiresAt();
        try {
            String key = keys.create(tenant, label, scopes, until);
            AuditNote.set(
                    "key %s of %s: may %s, %s"
                            .formatted(label, tenant, words(scopes), ends(until)));
            return new NewKey(tenant, label, key);
        } catch (DuplicateKeyException _) {
            throw new ConflictException("Tenant %s has a key %s already.".formatted(tenant, label));
        }
    }

    private static Set<Scope> scopes(KeyRequest request) {
        List<Scope> asked = request.scopes();
        if (asked == null || asked.isEmpty()) {
            return USUAL;
        }
        if (asked.contains(null) || asked.contains(Scope.OPERATE)) {
            throw new BadInputException(
                    "scopes: give read, run, approve, work or admin; operate is for the server's own user alone");
        }
        return EnumSet.copyOf(asked);
    }

    private RotatedKey rotate(
            Caller caller, String tenant, String label, @Nullable Rotation asked) {
        requireMay(caller, tenant, label);
        Long seconds = asked == null ? null : asked.overlapSeconds();
        RotatedKey rotated =
                keys.rotate(
                                tenant,
                                label,
                                seconds == null ? OVERLAP : seconds(seconds),
                                asked == null ? null : asked.expiresAt())
                        .orElseThrow(() -> new NotFoundException("key", label));
        AuditNote.set(
                "key %s of %s: a new one, %s; the old one ends at %s"
                        .formatted(label, tenant, ends(rotated.expiresAt()), rotated.oldEndsAt()));
        return rotated;
    }

    /** Far beyond what is allowed is still a number, and refused as one. */
    private static Duration seconds(long given) {
        long most = ApiKeys.MAX_OVERLAP.toSeconds() + 1;
        return Duration.ofSeconds(Math.clamp(given, -1, most));
    }

    private void revoke(String tenant, String label) {
        if (!keys.revoke(tenant, label)) {
            throw new NotFoundException("key", label);
        }
        AuditNote.set("key %s of %s: ended".formatted(label, tenant));
    }

    /** A key that may more than its tenant's administrator is not theirs to replace or end. */
    private void requireMay(Caller caller, String tenant, String label) {
        boolean operates =
                keys.scopes(tenant, label)
                        .filter(scopes -> scopes.contains(Scope.OPERATE.wireName()))
                        .isPresent();
        if (operates && !caller.may(Scope.OPERATE)) {
            throw new NotYours(label);
        }
    }

    private void requireTenant(String tenant) {
        if (!tenants.exists(tenant)) {
            throw new NotFoundException("tenant", tenant);
        }
    }

    private static String words(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::wireName).collect(Collectors.joining(", "));
    }

    private static String ends(@Nullable Instant at) {
        return at == null ? "for ever" : "until " + at;
    }

    private static final class NotYours extends ProblemException {
        private static final long serialVersionUID = 1;

        NotYours(String label) {
            super(
                    403,
                    "forbidden",
                    "Forbidden",
                    "Key %s is the server's own: it takes a key with the scope operate."
                            .formatted(label));
        }
    }
}
