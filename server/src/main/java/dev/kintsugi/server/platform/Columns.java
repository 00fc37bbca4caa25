package dev.kintsugi.server.platform;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Many rows as one array a column, for a single statement over {@code unnest}: with one statement a
 * row, most of the time goes into statements.
 */
public final class Columns {
    private Columns() {}

    public static <T> @Nullable String[] texts(
            List<T> rows, Function<? super T, @Nullable String> column) {
        var values = new @Nullable String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    public static <T> Long[] numbers(List<T> rows, Function<? super T, Long> column) {
        var values = new Long[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    public static <T> byte[][] bytes(List<T> rows, Function<? super T, byte[]> column) {
        var values = new byte[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    /** As texts that PostgreSQL reads as {@code timestamptz[]}, to the microsecond. */
    public static <T> @Nullable String[] times(
            List<T> rows, Function<? super T, @Nullable Instant> column) {
        return texts(
                rows,
                row -> {
                    var time = column.apply(row);
                    return time == null ? null : time.atOffset(ZoneOffset.UTC).toString();
                });
    }
}
