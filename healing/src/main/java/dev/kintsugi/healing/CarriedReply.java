package dev.kintsugi.healing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP reply that an exception of some client carries, read by the names that such clients give
 * it (Spring, OpenAI, Anthropic, AWS, langchain4j, Feign, Apache, JAX-RS, Azure, Kubernetes …)
 * without knowing them.
 *
 * @param status 400 to 599; -1 for none
 * @param retryAfter how long it asked to wait; null when it did not say
 */
record CarriedReply(int status, @Nullable Duration retryAfter) {

    static final CarriedReply NONE = new CarriedReply(-1, null);

    private static final List<String> STATUS =
            List.of("getStatusCode", "statusCode", "getResponseCode", "status", "code", "getCode");

    private static final List<String> HEADERS =
            List.of("getResponseHeaders", "headers", "responseHeaders", "getResponseHeaderFields");

    /** How to ask exceptions of a class. Found once, and kept as long as the class is. */
    private static final PerClass<Getters> GETTERS = new PerClass<>(Getters::of);

    static CarriedReply of(Throwable error) {
        return GETTERS.get(error.getClass()).ask(error);
    }

    /**
     * @param status gives the status, by one call or two; empty when there is none
     * @param headers gives the headers; null when there are none
     */
    private record Getters(List<Method> status, @Nullable Method headers) {

        private static final Getters NOTHING = new Getters(List.of(), null);

        static Getters of(Class<?> type) {
            if (type.getClassLoader() == null) {
                return NOTHING; // the platform's own exceptions carry none
            }
            List<Method> status = statusOf(type);
            Method response = method(type, "getResponse");
            if (status.isEmpty() && response != null) {
                List<Method> inside = statusOf(response.getReturnType());
                status = inside.size() == 1 ? List.of(response, inside.getFirst()) : status;
            }
            return status.isEmpty() ? NOTHING : new Getters(status, headersOf(type));
        }

        private static List<Method> statusOf(Class<?> type) {
            for (String name : STATUS) {
                Method getter = method(type, name);
                if (getter != null && getter.getReturnType() == int.class) {
                    return List.of(getter);
                }
                Method value = getter == null ? null : method(getter.getReturnType(), "value");
                if (getter != null && value != null && value.getReturnType() == int.class) {
                    return List.of(getter, value);
                }
            }
            Method status = method(type, "getStatus");
            return status != null && status.getReturnType() == int.class
                    ? List.of(status)
                    : List.of();
        }

        private static @Nullable Method headersOf(Class<?> type) {
            for (String name : HEADERS) {
                Method getter = method(type, name);
                if (getter != null) {
                    return getter;
                }
            }
            return null;
        }

        private static @Nullable Method method(Class<?> type, String name, Class<?>... takes) {
            try {
                Method method = type.getMethod(name, takes);
                return method.trySetAccessible() ? method : null;
            } catch (NoSuchMethodException _) {
                return null;
            }
        }

        CarriedReply ask(Throwable error) {
            if (status.isEmpty()) {
                return NONE;
            }
            try {
                Object at = error;
                for (Method each : status) {
                    at = at == null ? null : each.invoke(at);
                }
                return at instanceof Integer code && code >= 400 && code < 600
                        ? new CarriedReply(code, retryAfter(error))
                        : NONE;
            } catch (IllegalAccessException | InvocationTargetException | RuntimeException _) {
                return NONE; // an exception that cannot tell its status has none for us
            }
        }

        private @Nullable Duration retryAfter(Throwable error)
                throws IllegalAccessException, InvocationTargetException {
            Object given = headers == null ? null : headers.invoke(error);
            if (given == null) {
                return null;
            }
            var known = new TreeMap<String, String>();
            for (String name : RetryAfter.HEADERS) {
                String value = value(given, name);
                if (value != null) {
                    known.put(name, value);
                }
            }
            return RetryAfter.of(known);
        }

        /** The first value of a header in a map, or in an object that is asked by name. */
        private static @Nullable String value(Object headers, String name)
                throws IllegalAccessException, InvocationTargetException {
            if (headers instanceof Map<?, ?> map) {
                for (var each : map.entrySet()) {
                    String key = String.valueOf(each.getKey());
                    if (key.toLowerCase(Locale.ROOT).equals(name)) {
                        return first(each.getValue());
                    }
                }
                return null;
            }
            for (String getter : List.of("getFirst", "values")) {
                Method byName = method(headers.getClass(), getter, String.class);
                if (byName != null) {
                    return first(byName.invoke(headers, name));
                }
            }
            return null;
        }

        private static @Nullable String first(@Nullable Object values) {
            if (values instanceof Iterable<?> many) {
                var each = many.iterator();
                return each.hasNext() ? String.valueOf(each.next()) : null;
            }
            return values == null ? null : values.toString();
        }
    }
}
