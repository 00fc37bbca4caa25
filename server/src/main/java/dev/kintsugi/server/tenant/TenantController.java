package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.NewTenant;
import dev.kintsugi.server.platform.ConflictException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tenants over HTTP; for the scope {@link Scope#OPERATE} alone. */
@RestController
final class TenantController {
    private static final String FIRST_LABEL = "first";
    private static final Set<Scope> TENANT_SCOPES = EnumSet.complementOf(EnumSet.of(Scope.OPERATE));

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

    /** The first key may all that a tenant may, also make others. */
    @PostMapping("/api/v1/tenants")
    @ResponseStatus(HttpStatus.CREATED)
    NewTenant create(@RequestBody TenantRequest request) {
        String name = request.name() == null ? "" : request.name();
        if (!tenants.create(name)) {
            throw new ConflictException("There is a tenant %s already.".formatted(name));
        }
        AuditNote.set("tenant %s with key %s".formatted(name, FIRST_LABEL));
        return new NewTenant(name, keys.create(name, FIRST_LABEL, TENANT_SCOPES, null));
    }
}
