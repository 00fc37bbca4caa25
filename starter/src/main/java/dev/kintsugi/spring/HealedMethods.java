package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Recovery;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodClassKey;
import org.springframework.util.ReflectionUtils;

/** Makes calls of methods with {@link Healed} through their components' recoveries. */
final class HealedMethods implements MethodInterceptor {
    private final ObjectProvider<Recoveries> recoveries;
    private final Map<MethodClassKey, HealedMethod> methods = new ConcurrentHashMap<>();

    /**
     * @param recoveries asked on the first call, not before: proxies are made before other beans
     */
    HealedMethods(ObjectProvider<Recoveries> recoveries) {
        this.recoveries = recoveries;
    }

    /**
     * Takes in the annotated methods of a bean's class.
     *
     * @throws IllegalStateException when one of them cannot be healed as its annotation says
     */
    void add(Class<?> type) {
        for (Method each : ReflectionUtils.getAllDeclaredMethods(type)) {
            Method method = AopUtils.getMostSpecificMethod(each, type);
            HealedMethod healed = HealedMethod.of(method, type);
            if (healed != null) {
                methods.put(new MethodClassKey(method, type), healed);
            }
        }
    }

    /** What the methods call. */
    SortedSet<String> components() {
        var names = new TreeSet<String>();
        methods.values().forEach(method -> names.add(method.site().component()));
        return names;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        var proxied = (ProxyMethodInvocation) invocation;
        // a client that is nothing but a proxy has no target
        Object target = invocation.getThis() == null ? proxied.getProxy() : invocation.getThis();
        Class<?> type = AopUtils.getTargetClass(target);
        Method method = AopUtils.getMostSpecificMethod(invocation.getMethod(), type);
        HealedMethod healed = methods.get(new MethodClassKey(method, type));
        return healed == null ? invocation.proceed() : call(healed, target, proxied);
    }

    private @Nullable Object call(
            HealedMethod method, Object target, ProxyMethodInvocation invocation) throws Exception {
        Recovery recovery = recoveries.getObject().of(method.site().component());
        FallbackMethod fallback = method.fallback();
        if (fallback == null) {
            return method.async()
                    ? recovery.callAsync(method.site(), later(invocation))
                    : recovery.call(method.site(), () -> proceed(invocation));
        }
        var others = recovery.fallback(fallback.of(target, invocation.getArguments()));
        return method.async()
                ? others.callAsync(method.site(), later(invocation))
                : others.call(method.site(), () -> proceed(invocation));
    }

    @SuppressWarnings("unchecked")
    private static Supplier<CompletionStage<Object>> later(ProxyMethodInvocation invocation) {
        return () -> {
            try {
                return (CompletionStage<Object>) proceed(invocation);
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    @SuppressWarnings("NullAway") // a method may return null, and the library hands it on
    private static Object proceed(ProxyMethodInvocation invocation) throws Exception {
        try {
            // An invocation can be proceeded with once; each attempt has one of its own.
            return invocation.invocableClone().proceed();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new UndeclaredThrowableException(e);
        }
    }
}
