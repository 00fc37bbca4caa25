package dev.kintsugi.cli;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What {@code --set NAME=VALUE} gives, one for each input. */
final class Given {
    private Given() {}

    static SortedMap<String, String> of(List<String> set) {
        var given = new TreeMap<String, String>();
        for (var one : set) {
            int equals = one.indexOf('=');
            if (equals < 1) {
                throw new CommandException(
                        ExitCode.BAD_INPUT, "--set: write NAME=VALUE, not \"%s\"".formatted(one));
            }
            var name = one.substring(0, equals);
            if (given.put(name, one.substring(equals + 1)) != null) {
                throw new CommandException(
                        ExitCode.BAD_INPUT, "--set: %s is given twice".formatted(name));
            }
        }
        return Collections.unmodifiableSortedMap(given);
    }
}
