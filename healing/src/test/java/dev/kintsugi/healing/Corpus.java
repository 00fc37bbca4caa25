package dev.kintsugi.healing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Reads the labelled failures in {@code src/test/resources/corpus}; its README says what they are.
 */
final class Corpus {

    record Case(String id, Evidence evidence, FailureCategory category, FailureClass failureClass) {

        /** Kept away from the rules' author: decided by the id alone. */
        boolean heldOut() {
            try {
                byte[] hash =
                        MessageDigest.getInstance("SHA-256")
                                .digest(id.getBytes(StandardCharsets.UTF_8));
                return Byte.toUnsignedInt(hash[0]) % 3 == 0;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Corpus() {}

    /** Failures of tools and services: outputs, replies, texts. */
    static List<Case> all() {
        return read(name -> !name.startsWith("exceptions-"));
    }

    /** What Java libraries throw. */
    static List<Case> exceptions() {
        return read(name -> name.startsWith("exceptions-"));
    }

    private static List<Case> read(Predicate<String> wanted) {
        try (var files = Files.list(Path.of("src/test/resources/corpus"))) {
            var cases = new ArrayList<Case>();
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                if (!wanted.test(file.getFileName().toString())) {
                    continue;
                }
                var load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
                for (Object each : (List<?>) load.loadFromString(Files.readString(file))) {
                    cases.add(read((Map<?, ?>) each));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Case named(String id) {
        return all().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    }

    private static Case read(Map<?, ?> fields) {
        String id = text(fields, "id");
        if (text(fields, "source").isEmpty() || text(fields, "tool").isEmpty()) {
            throw new IllegalArgumentException(id + " does not say where it is from");
        }
        return new Case(
                id,
                evidence((Map<?, ?>) Objects.requireNonNull(fields.get("evidence"))),
                FailureCategory.valueOf(text(fields, "category")),
                FailureClass.valueOf(text(fields, "class")));
    }

    private static Evidence evidence(Map<?, ?> fields) {
        if (fields.containsKey("type")) {
            return new Evidence.Thrown(thrown(fields));
        }
        if (fields.containsKey("exit")) {
            boolean late = Boolean.TRUE.equals(fields.get("timedOut"));
            return new Evidence.ProcessExit(number(fields, "exit"), late, text(fields, "output"));
        }
        if (fields.containsKey("status")) {
            var headers = new TreeMap<String, String>();
            if (fields.get("headers") instanceof Map<?, ?> given) {
                given.forEach((k, v) -> headers.put(k.toString(), v.toString()));
            }
            return new Evidence.HttpReply(number(fields, "status"), headers, text(fields, "body"));
        }
        return new Evidence.Text(text(fields, "source"), text(fields, "text"));
    }

    private static Throwable thrown(Map<?, ?> fields) {
        String type = text(fields, "type");
        String message = fields.containsKey("message") ? text(fields, "message") : null;
        Throwable cause = fields.get("cause") instanceof Map<?, ?> given ? thrown(given) : null;
        if (fields.get("supers") instanceof List<?> supers) {
            List<String> names = supers.stream().map(Object::toString).toList();
            var facts = new ForeignException.Facts(message, state(fields), status(fields));
            return ForeignException.make(type, names, facts, cause);
        }
        return fields.containsKey("sqlState")
                ? new SQLException(message, state(fields), cause)
                : create(type, message, cause);
    }

    private static @Nullable String state(Map<?, ?> fields) {
        return fields.containsKey("sqlState") ? text(fields, "sqlState") : null;
    }

    private static int status(Map<?, ?> fields) {
        return fields.containsKey("status") ? number(fields, "status") : 0;
    }

    /** Makes an exception by name, by the shortest public constructor that takes what is given. */
    private static Throwable create(
            String type, @Nullable String message, @Nullable Throwable cause) {
        try {
            Constructor<?>[] constructors = Class.forName(type).getConstructors();
            Arrays.sort(constructors, Comparator.comparingInt(Constructor::getParameterCount));
            for (boolean byConstructor : new boolean[] {cause != null, false}) {
                for (Constructor<?> each : constructors) {
                    List<Class<?>> types = List.of(each.getParameterTypes());
                    boolean takesCause = types.stream().anyMatch(Throwable.class::isAssignableFrom);
                    if (takesCause == byConstructor && types.contains(String.class)) {
                        return with(each.newInstance(arguments(types, message, cause)), cause);
                    }
                }
            }
            Constructor<?> shortest = constructors[0];
            List<Class<?>> types = List.of(shortest.getParameterTypes());
            return with(shortest.newInstance(arguments(types, message, cause)), cause);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot make a " + type, e);
        }
    }

    private static Throwable with(Object made, @Nullable Throwable cause) {
        var thrown = (Throwable) made;
        return cause == null || thrown.getCause() != null ? thrown : thrown.initCause(cause);
    }

    private static @Nullable Object[] arguments(
            List<Class<?>> types, @Nullable String message, @Nullable Throwable cause) {
        var arguments = new @Nullable Object[types.size()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = types.get(i);
            if (type == int.class) {
                arguments[i] = 0;
            } else if (type.isAssignableFrom(String.class)) {
                arguments[i] = message;
            } else if (Throwable.class.isAssignableFrom(type)) {
                arguments[i] = cause;
            }
        }
        return arguments;
    }

    private static String text(Map<?, ?> fields, String key) {
        Object value = fields.get(key);
        return value == null ? "" : value.toString();
    }

    private static int number(Map<?, ?> fields, String key) {
        return Integer.parseInt(text(fields, key));
    }
}
