package dev.kintsugi.server.tenant;

import java.util.Set;

/**
 * Who makes a request. Controllers take it as a parameter.
 *
 * @param label of the key
 */
public record Caller(String tenant, String label, Set<Scope> scopes) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }
}
