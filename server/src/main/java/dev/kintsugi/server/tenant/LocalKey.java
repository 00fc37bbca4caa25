package dev.kintsugi.server.tenant;

import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.Ids;
import java.util.EnumSet;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Sees to it that the server's own user finds a key that works in {@code KINTSUGI_HOME/api-key}.
 */
@Component
public final class LocalKey {
    private final Tenants tenants;
    private final ApiKeys keys;
    private final Home home;
    private final Ids ids;

    LocalKey(Tenants tenants, ApiKeys keys, Home home, Ids ids) {
        this.tenants = tenants;
        this.keys = keys;
        this.home = home;
        this.ids = ids;
    }

    /**
     * Makes the tenant {@code default} and a key with all scopes, unless the key that is there is
     * good.
     */
    public void ensure() {
        Optional<Caller> known = home.apiKey().flatMap(keys::verify);
        if (known.isEmpty()) {
            tenants.create(Tenants.DEFAULT);
            // A label of its own: another server on the same database has another home and key.
            home.keepApiKey(
                    keys.create(
                            Tenants.DEFAULT, ids.next("local-"), EnumSet.allOf(Scope.class), null));
        }
    }
}
