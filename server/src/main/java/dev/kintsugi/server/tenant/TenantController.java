package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.NewKey;
import dev.kintsugi.client.api.NewTenant;
import dev.kintsugi.client.api.TenantKey;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.NotFoundException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
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

/** Tenants and keys over HTTP; for the scope {@link Scope#ADMIN} alone. */
@RestController
final class TenantController {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final String FIRST_LABEL = "first";
    private static final Set<Scope> TENANT_SCOPES =
            EnumSet.of(Scope.READ, Scope.WRITE, Scope.APPROVE, Scope.WORK);

    private final Tenants tenants;
    private final ApiKeys keys;

    TenantController(Tenants tenants, ApiKeys keys) {
        this.tenants = tenants;
        this.keys = keys;
    }

    /**
     * @param name of the tenant to make
     */
    record TenantRequest(@Nullable String name) {}

    /**
     * @param label tells the key from the tenant's others
     * @param scopes read, write, approve, work; null for all four
     * @param expiresAt null for never
     */
    record KeyRequest(
            @Nullable String label, @Nullable List<Scope> scopes, @Nullable Instant expiresAt) {}

    @PostMapping("/api/v1/tenants")
    @ResponseStatus(HttpStatus.CREATED)
    NewTenant create(@RequestBody TenantRequest request) {
        String name = request.name() == null ? "" : request.name();
        if (!tenants.create(name)) {
            throw new ConflictException("There is a tenant %s already.".formatted(name));
        }
        return new NewTenant(name, keys.create(name, FIRST_LABEL, TENANT_SCOPES, null));
    }

    @PostMapping("/api/v1/tenants/{tenant}/keys")
    @ResponseStatus(HttpStatus.CREATED)
    NewKey createKey(@PathVariable String tenant, @RequestBody KeyRequest request) {
        String label = request.label() == null ? "" : request.label();
        if (!LABEL.matcher(label).matches()) {
            throw new BadInputException(
                    "label: must have 1 to 100 letters, digits, dots, hyphens and underscores, a letter or digit first");
        }
        requireTenant(tenant);
        Set<Scope> scopes =
                request.scopes() == null || request.scopes().isEmpty()
                        ? TENANT_SCOPES
                        : EnumSet.copyOf(request.scopes());
        if (scopes.contains(Scope.ADMIN)) {
            throw new BadInputException("scopes: admin is for the server's own user alone");
        }
        try {
            return new NewKey(
                    tenant, label, keys.create(tenant, label, scopes, request.expiresAt()));
        } catch (DuplicateKeyException _) {
            throw new ConflictException("Tenant %s has a key %s already.".formatted(tenant, label));
        }
    }

    /** Keys in use, oldest first. */
    @GetMapping("/api/v1/tenants/{tenant}/keys")
    List<TenantKey> keys(@PathVariable String tenant) {
        requireTenant(tenant);
        return keys.list(tenant);
    }

    @DeleteMapping("/api/v1/tenants/{tenant}/keys/{label}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeKey(@PathVariable String tenant, @PathVariable String label) {
        if (!keys.revoke(tenant, label)) {
            throw new NotFoundException("key", label);
        }
    }

    private void requireTenant(String tenant) {
        if (!tenants.exists(tenant)) {
            throw new NotFoundException("tenant", tenant);
        }
    }
}
