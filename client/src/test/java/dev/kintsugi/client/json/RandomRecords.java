package dev.kintsugi.client.json;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes records of any type from a seed; null only where a component allows it. */
final class RandomRecords {
    private static final String WEIRD =
            "a\"\\/\b\f\n\r\t\u0000\u001f \u007f\u0080\u00e9\u2028\u20ac\ue000\ufb33\uffff";

    private final Random random;

    RandomRecords(long seed) {
        random = new Random(seed);
    }

    /** Text of every kind of character, supplementary ones included; no lone surrogates. */
    String text() {
        var text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            int codePoint =
                    random.nextInt(4) == 0
                            ? 0x10000 + random.nextInt(0x100000)
                            : WEIRD.charAt(random.nextInt(WEIRD.length()));
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }

    <T> T of(Class<T> type) {
        return type.cast(value(type));
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return several(() -> value(arguments[0]));
            }
            if (generic.getRawType() == SortedSet.class) {
                return new TreeSet<>(several(() -> value(arguments[0])));
            }
            if (generic.getRawType() == SortedMap.class) {
                return map(arguments[0], arguments[1]);
            }
        }
        if (type instanceof Class<?> plain) {
            return plain.isSealed() || plain.isRecord() || plain.isEnum()
                    ? composed(plain)
                    : simple(plain);
        }
        throw new AssertionError("teach RandomRecords to make a " + type);
    }

    private SortedMap<Object, Object> map(Type keyType, Type valueType) {
        var map = new TreeMap<>();
        for (int left = random.nextInt(4); left > 0; left--) {
            map.put(value(keyType), value(valueType));
        }
        return map;
    }

    private List<Object> several(Supplier<Object> one) {
        var list = new ArrayList<>();
        for (int left = random.nextInt(4); left > 0; left--) {
            list.add(one.get());
        }
        return list;
    }

    private Object composed(Class<?> type) {
        if (type.isRecord()) {
            return record(type);
        }
        Object[] choices = type.isEnum() ? type.getEnumConstants() : permitted(type).toArray();
        Object choice = choices[random.nextInt(choices.length)];
        return choice instanceof Class<?> subtype ? record(subtype) : choice;
    }

    /** The records that a sealed interface permits. */
    static List<Class<?>> permitted(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses()).toList();
    }

    private Object simple(Class<?> type) {
        if (type == String.class) {
            return text();
        }
        if (type == int.class || type == Integer.class) {
            return random.nextInt();
        }
        if (type == long.class || type == Long.class) {
            return random.nextLong() >> 11;
        }
        if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        }
        if (type == Instant.class) {
            return Instant.ofEpochSecond(
                    random.nextLong(4_000_000_000L), random.nextInt(1_000_000_000));
        }
        if (type == Duration.class) {
            return Duration.ofMillis(random.nextLong(100_000_000L));
        }
        throw new AssertionError("teach RandomRecords to make a " + type);
    }

    private Object record(Class<?> type) {
        var components = type.getRecordComponents();
        var values = Arrays.stream(components).map(this::component).toArray();
        var types = Arrays.stream(components).map(RecordComponent::getType);
        try {
            var constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("cannot make a " + type, e);
        }
    }

    private @Nullable Object component(RecordComponent component) {
        AnnotatedType type = component.getAnnotatedType();
        if (type.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0) {
            return null;
        }
        return value(component.getGenericType());
    }
}
