package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.NewTenant;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.NotFoundException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tenants and keys over HTTP; for the scope {@link Scope#ADMIN} alone. */
@RestController
final class TenantController {
    private static final int MAX_LABEL = 100;
    private static final String FIRST_LABEL = "first";
    private static final Set<Scope> TENANT_SCOPES = EnumSet.of(Scope.READ, Scope.WRITE, Scope.WORK);

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
     * @param scopes read, write, work; null for all three
     * @param expiresAt null for never
     */
    record KeyRequest(
            @Nullable String label, @Nullable List<Scope> scopes, @Nullable Instant expiresAt) {}

    record NewKey(String tenant, String label, String apiKey) {}

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
        if (label.isBlank() || label.length() > MAX_LABEL) {
            throw new BadInputException("label: must have 1 to %d characters".formatted(MAX_LABEL));
        }
        if (!tenants.exists(tenant)) {
            throw new NotFoundException("tenant", tenant);
        }
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
}
