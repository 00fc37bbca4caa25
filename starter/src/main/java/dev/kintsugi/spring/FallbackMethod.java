package dev.kintsugi.spring;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.call.Fallback;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/**
 * A method that serves when another does not.
 *
 * @param takesThrown whether it takes what was thrown, after the other's arguments
 */
record FallbackMethod(Method method, boolean takesThrown) {

    /**
     * The fallback of a method.
     *
     * @param type where it is looked for, and in its superclasses
     * @throws IllegalStateException when there is none that fits
     */
    static FallbackMethod of(Method method, String name, Class<?> type) {
        Class<?>[] same = method.getParameterTypes();
        Class<?>[] more = Arrays.copyOf(same, same.length + 1);
        more[same.length] = Throwable.class;
        for (Class<?>[] parameters : new Class<?>[][] {more, same}) {
            Method found = ReflectionUtils.findMethod(type, name, parameters);
            if (found != null && serves(found, method)) {
                ReflectionUtils.makeAccessible(found);
                return new FallbackMethod(found, parameters == more);
            }
        }
        throw new IllegalStateException(
                "@Healed on %s: its fallback must be %s or %s in %s, returning %s; %s"
                        .formatted(
                                told(method.getName(), same, type),
                                told(name, same, null),
                                told(name, more, null),
                                type.getName(),
                                method.getReturnType().getTypeName(),
                                nearby(name, type)));
    }

    private static boolean serves(Method found, Method method) {
        return !Modifier.isStatic(found.getModifiers())
                && !found.equals(method)
                && method.getReturnType().isAssignableFrom(found.getReturnType());
    }

    private static String nearby(String name, Class<?> type) {
        String others =
                Stream.of(ReflectionUtils.getAllDeclaredMethods(type))
                        .filter(it -> it.getName().equals(name))
                        .map(it -> it.toGenericString())
                        .sorted()
                        .collect(Collectors.joining(", "));
        return others.isEmpty() ? "there is no method of this name" : "there is " + others;
    }

    static String told(String name, Class<?>[] parameters, @Nullable Class<?> type) {
        return (type == null ? "" : type.getName() + ".")
                + name
                + Stream.of(parameters)
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    /** For one call. */
    Fallback<Object> of(Object target, @Nullable Object[] arguments) {
        return new Bound(this, target, arguments);
    }

    private record Bound(FallbackMethod fallback, Object target, @Nullable Object[] arguments)
            implements Fallback<Object> {
        @Override
        public String name() {
            return fallback.method().getName();
        }

        @Override
        public Object serve(ErrorContext error) {
            throw new IllegalStateException("a fallback is told what was thrown");
        }

        @Override
        @SuppressWarnings("NullAway") // what serves may be null, as what a method returns
        public Object serve(ErrorContext error, Throwable thrown) throws Exception {
            @Nullable Object[] all = arguments;
            if (fallback.takesThrown()) {
                all = Arrays.copyOf(arguments, arguments.length + 1);
                all[arguments.length] = thrown;
            }
            try {
                Object served = fallback.method().invoke(target, all);
                // One that is completed later is asked on a thread of its own, which may wait.
                return served instanceof CompletionStage<?> later
                        ? later.toCompletableFuture().get()
                        : served;
            } catch (InvocationTargetException | ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw e;
            }
        }
    }
}
