package dev.kintsugi.server.tenant;

import dev.kintsugi.server.platform.ProblemResponse;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Knows the caller by the key in {@code Authorization: Bearer}, or, for Git, which speaks only
 * Basic, by the password. A wrong key is refused even where none is needed: it is a mistake that
 * its sender wants to know.
 */
final class KeyFilter extends OncePerRequestFilter {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final ApiKeys keys;

    KeyFilter(ApiKeys keys) {
        this.keys = keys;
    }

    /** Git asks for a lease instead of a key, in the same header. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/git/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader("Authorization");
        if (header == null) {
            chain.doFilter(request, response);
            return;
        }
        Optional<Caller> caller = keys.verify(key(header));
        if (caller.isEmpty()) {
            unauthorized("This API key is not known, or is revoked or expired.").write(response);
            return;
        }
        var authorities =
                caller.get().scopes().stream()
                        .map(scope -> new SimpleGrantedAuthority(scope.name()))
                        .toList();
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(
                UsernamePasswordAuthenticationToken.authenticated(caller.get(), null, authorities));
        SecurityContextHolder.setContext(context);
        chain.doFilter(request, response);
    }

    static ProblemResponse unauthorized(String detail) {
        return ProblemResponse.of(401, "unauthorized", "Unauthorized", detail, List.of());
    }

    private static String key(@Nullable String header) {
        String given = header == null ? "" : header.strip();
        String lower = given.toLowerCase(Locale.ROOT);
        if (lower.startsWith(BEARER)) {
            return given.substring(BEARER.length()).strip();
        }
        if (lower.startsWith(BASIC)) {
            return password(given.substring(BASIC.length()).strip());
        }
        return "";
    }

    private static String password(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException _) {
            return ""; // not Base64
        }
    }
}
