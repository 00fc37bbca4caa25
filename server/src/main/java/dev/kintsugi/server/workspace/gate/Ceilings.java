package dev.kintsugi.server.workspace.gate;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a repair may change a step: the environment variables it may set, and how large memory
 * and time may grow. What is not named here may not be changed.
 */
public final class Ceilings {
    /** Most memory a repair may give one process, whatever the machine has. */
    public static final long MAX_MEMORY_BYTES = 4L << 30;

    /** Largest thread stack. */
    public static final long MAX_STACK_BYTES = 64L << 20;

    /** Longest timeout, as for plans. */
    public static final Duration MAX_TIMEOUT = Duration.ofHours(24);

    /** How many times its planned timeout a step may get. */
    public static final int MAX_TIMEOUT_FACTOR = 3;

    /** Options whose size counts in MiB when no unit is given. */
    private static final List<String> IN_MEBIBYTES = List.of("--max-old-space-size=");

    private static final String STACK = "-Xss";
    private static final EnvRule JVM =
            new EnvRule.Memory(
                    List.of("-Xmx", STACK, "-XX:MaxMetaspaceSize=", "-XX:ReservedCodeCacheSize="));

    private static final SortedMap<String, EnvRule> ENV =
            Collections.unmodifiableSortedMap(
                    new TreeMap<>(
                            Map.ofEntries(
                                    Map.entry("JAVA_TOOL_OPTIONS", JVM),
                                    Map.entry("JDK_JAVA_OPTIONS", JVM),
                                    Map.entry("MAVEN_OPTS", JVM),
                                    Map.entry("GRADLE_OPTS", JVM),
                                    Map.entry("SBT_OPTS", JVM),
                                    Map.entry("NODE_OPTIONS", new EnvRule.Memory(IN_MEBIBYTES)),
                                    Map.entry("PORT", new EnvRule.Port()),
                                    Map.entry("SERVER_PORT", new EnvRule.Port()),
                                    Map.entry("LC_ALL", new EnvRule.Exactly("C.UTF-8")),
                                    Map.entry("PYTHONUTF8", new EnvRule.Exactly("1")),
                                    Map.entry("MAKEFLAGS", new EnvRule.Exactly("-j1")),
                                    Map.entry("CARGO_BUILD_JOBS", new EnvRule.Exactly("1")),
                                    Map.entry("GOMAXPROCS", new EnvRule.Exactly("1")))));

    private Ceilings() {}

    /** Variables that a repair may set, with what they may hold. */
    public static SortedMap<String, EnvRule> env() {
        return ENV;
    }

    /** Most bytes a memory option may be given on a machine with this much memory. */
    public static long memory(String option, long machineBytes) {
        long half = Math.min(machineBytes / 2, MAX_MEMORY_BYTES);
        return option.equals(STACK) ? Math.min(MAX_STACK_BYTES, half) : half;
    }

    /** Longest timeout a step may get that was planned with this one. */
    public static Duration timeout(Duration planned) {
        Duration grown = planned.multipliedBy(MAX_TIMEOUT_FACTOR);
        return grown.compareTo(MAX_TIMEOUT) < 0 ? grown : MAX_TIMEOUT;
    }

    /** The size an option is given, in the unit the option counts in. */
    public static Optional<ByteSize> size(String option, String written) {
        return ByteSize.parse(written)
                .map(size ->
                        IN_MEBIBYTES.contains(option) && size.unit().isEmpty()
                                ? new ByteSize(size.amount(), "m")
                                : size);
    }

    /** How an option is given this size. */
    public static String written(String option, ByteSize size) {
        return IN_MEBIBYTES.contains(option) ? String.valueOf(size.bytes() >> 20) : size.toString();
    }

    /** What a variable may hold. */
    public sealed interface EnvRule {
        /** Words, of which only these options, each followed by a size, may change or be added. */
        record Memory(List<String> options) implements EnvRule {
            public Memory {
                options = List.copyOf(options);
            }
        }

        /** A port that needs no privileges, 1024 to 65535. */
        record Port() implements EnvRule {}

        /** One value. */
        record Exactly(String value) implements EnvRule {}
    }
}
