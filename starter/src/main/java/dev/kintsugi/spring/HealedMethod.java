package dev.kintsugi.spring;

import dev.kintsugi.healing.detect.CallSite;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * A method with {@link Healed}, ready for calls.
 *
 * @param async whether what it returns is completed later
 * @param fallback null when it has none
 */
record HealedMethod(CallSite site, boolean async, @Nullable FallbackMethod fallback) {

    /**
     * What the annotation of a method means.
     *
     * @param type the bean's class
     * @return null when it is not annotated
     * @throws IllegalStateException when it cannot be healed as the annotation says
     */
    static @Nullable HealedMethod of(Method method, Class<?> type) {
        Healed healed = AnnotatedElementUtils.findMergedAnnotation(method, Healed.class);
        if (healed == null) {
            return null;
        }
        String name = FallbackMethod.told(method.getName(), method.getParameterTypes(), type);
        refuse(name, healed.component().isBlank(), "names no component");
        int modifiers = method.getModifiers();
        refuse(name, Modifier.isPrivate(modifiers), "is private: calls of it cannot be seen");
        refuse(name, Modifier.isStatic(modifiers), "is static: calls of it cannot be seen");
        boolean extended = !Modifier.isFinal(type.getModifiers());
        refuse(
                name,
                extended && Modifier.isFinal(modifiers),
                "is final: calls of it cannot be seen");
        refuse(
                name,
                !extended && !isOfInterface(method, type),
                "is in a final class and no interface: calls of it cannot be seen");
        Class<?> returned = method.getReturnType();
        boolean async =
                CompletionStage.class.isAssignableFrom(returned)
                        && returned.isAssignableFrom(CompletableFuture.class);
        refuse(
                name,
                !async && isLater(returned),
                "returns %s: of what is completed later, only CompletionStage and CompletableFuture can be healed"
                        .formatted(returned.getSimpleName()));
        return new HealedMethod(
                CallSite.of(healed.component(), method.getName()),
                async,
                healed.fallback().isEmpty()
                        ? null
                        : FallbackMethod.of(method, healed.fallback(), type));
    }

    private static boolean isOfInterface(Method method, Class<?> type) {
        return ClassUtils.getInterfaceMethodIfPossible(method, type)
                .getDeclaringClass()
                .isInterface();
    }

    private static void refuse(String method, boolean refused, String why) {
        if (refused) {
            throw new IllegalStateException("@Healed on %s, which %s".formatted(method, why));
        }
    }

    private static boolean isLater(Class<?> type) {
        return CompletionStage.class.isAssignableFrom(type)
                || Future.class.isAssignableFrom(type)
                || isPublisher(type);
    }

    /** Of Reactive Streams, which need not be there. */
    private static boolean isPublisher(Class<?> type) {
        return type.getName().equals("org.reactivestreams.Publisher")
                || type.getSuperclass() != null && isPublisher(type.getSuperclass())
                || Arrays.stream(type.getInterfaces()).anyMatch(HealedMethod::isPublisher);
    }
}
