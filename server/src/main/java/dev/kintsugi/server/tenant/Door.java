package dev.kintsugi.server.tenant;

import dev.kintsugi.server.platform.ProblemResponse;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Which requests need which scope, in one table. Whatever is not in it needs a key. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class Door implements WebMvcConfigurer {
    private final AuditTrail trail;

    Door(AuditTrail trail) {
        this.trail = trail;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(trail);
    }

    @Bean
    SecurityFilterChain requests(
            HttpSecurity http,
            ApiKeys keys,
            @Value("${kintsugi.metrics-open}") boolean metricsOpen) {
        return http.csrf(AbstractHttpConfigurer::disable) // no cookies: nothing to forge
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(
                        session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(new KeyFilter(keys), AuthorizationFilter.class)
                .exceptionHandling(refusal ->
                        refusal.authenticationEntryPoint(
                                        (_, response, _) -> {
                                            response.setHeader(
                                                    "WWW-Authenticate",
                                                    "Bearer, Basic realm=\"kintsugi\"");
                                            KeyFilter.unauthorized(
                                                            "Send an API key as Authorization: Bearer KEY; a local server's is in KINTSUGI_HOME/api-key.")
                                                    .write(response);
                                        })
                                .accessDeniedHandler((request, response, _) ->
                                        forbidden(request).write(response)))
                .authorizeHttpRequests(may ->
                        may.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                                .permitAll() // the request itself came through here before
                                .requestMatchers(
                                        "/health/**",
                                        "/api/openapi.json",
                                        "/git/**") // Git asks for a lease
                                .permitAll()
                                .requestMatchers(request -> openMetrics(request, metricsOpen))
                                .permitAll()
                                .requestMatchers("/api/v1/shutdown")
                                .access(Door::localOperator)
                                .requestMatchers(
                                        "/metrics",
                                        "/api/v1/tenants/**",
                                        "/api/v1/gc/**") // all tenants'
                                .hasAuthority(Scope.OPERATE.name())
                                .requestMatchers("/api/v1/keys/**")
                                .hasAuthority(Scope.ADMIN.name())
                                .requestMatchers(HttpMethod.PATCH, "/api/v1/settings")
                                .hasAuthority(Scope.ADMIN.name())
                                .requestMatchers("/api/meta/v4/runs/*/approve-rollback")
                                .hasAuthority(Scope.APPROVE.name())
                                .requestMatchers("/api/v1/work/**")
                                .hasAuthority(Scope.WORK.name())
                                .requestMatchers(HttpMethod.GET)
                                .hasAuthority(Scope.READ.name())
                                .requestMatchers(HttpMethod.HEAD)
                                .hasAuthority(Scope.READ.name())
                                .anyRequest()
                                .hasAuthority(Scope.RUN.name()))
                .build();
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallerResolver());
    }

    private static ProblemResponse forbidden(HttpServletRequest request) {
        return ProblemResponse.of(
                403,
                "forbidden",
                "Forbidden",
                "This API key lacks the scope for %s %s."
                        .formatted(request.getMethod(), request.getRequestURI()),
                List.of());
    }

    private static AuthorizationDecision localOperator(
            Supplier<? extends @Nullable Authentication> who, RequestAuthorizationContext context) {
        var authentication = who.get();
        boolean operator =
                authentication != null
                        && authentication.getPrincipal() instanceof Caller caller
                        && caller.may(Scope.OPERATE);
        return new AuthorizationDecision(
                operator && isLoopback(context.getRequest().getRemoteAddr()));
    }

    private static boolean openMetrics(HttpServletRequest request, boolean open) {
        return request.getRequestURI().equals("/metrics")
                && (open || isLoopback(request.getRemoteAddr()));
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    private static final class CallerResolver implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Caller.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory factory) {
            var authentication = SecurityContextHolder.getContext().getAuthentication();
            if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
                return caller;
            }
            throw new IllegalStateException(
                    "The door let a request pass to a controller that needs a caller");
        }
    }
}
