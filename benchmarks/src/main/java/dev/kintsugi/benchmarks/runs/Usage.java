package dev.kintsugi.benchmarks.runs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What processes take of the machine. */
final class Usage {
    private static final long KIB_PER_MIB = 1_024;

    private Usage() {}

    /** Processor time of a process and those below it that live. */
    static Duration cpu(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /**
     * Most memory that the process had at one time, in MiB; where that is not told, what it has.
     */
    static long peakMib(ProcessHandle process) throws IOException {
        var status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (Files.isReadable(status)) {
            return kib(Files.readAllLines(status), "VmHWM:") / KIB_PER_MIB;
        }
        var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
        var said = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(said.strip()) / KIB_PER_MIB;
    }

    /**
     * Memory that a process and those below it have together, what they share counted once, in MiB;
     * 0 where the system does not tell.
     */
    static long sharedMib(ProcessHandle process) throws IOException {
        long all = 0;
        for (var one : Stream.concat(Stream.of(process), process.descendants()).toList()) {
            var rollup = Path.of("/proc", Long.toString(one.pid()), "smaps_rollup");
            if (Files.isReadable(rollup)) {
                all += kib(Files.readAllLines(rollup), "Pss:");
            }
        }
        return all / KIB_PER_MIB;
    }

    private static long kib(List<String> lines, String name) throws IOException {
        for (var line : lines) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
            }
        }
        throw new IOException("the system does not say " + name);
    }
}
