package dev.chainless.config;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Binds tables to records. */
public final class Binder {
    private Binder() {}

    /**
     * Binds a table to a record. References to other things by name are not checked.
     *
     * @param table what the file says
     * @param type the record; it need not be public
     * @param lookup with private access to the record's module, such as {@code MethodHandles.lookup()} in it
     * @return the record
     * @throws ConfigException with all that is wrong in the table
     */
    public static <C extends Record> C bind(RawTable table, Class<C> type, MethodHandles.Lookup lookup) {
        return bind(table, type, lookup, Map.of());
    }

    /**
     * Binds a table to a record.
     *
     * @param table what the file says
     * @param type the record; it need not be public
     * @param lookup with private access to the record's module, such as {@code MethodHandles.lookup()} in it
     * @param names what there is by kind ({@code cluster}, {@code listener}), to check each
     *     {@link dev.chainless.spi.config.Reference}; a kind that is absent is not checked
     * @return the record
     * @throws ConfigException with all that is wrong in the table
     */
    public static <C extends Record> C bind(
            RawTable table, Class<C> type, MethodHandles.Lookup lookup, Map<String, Set<String>> names) {
        List<Problem> problems = new ArrayList<>();
        Object bound = new Binding(lookup, names, problems).record(type, table);
        if (bound == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return type.cast(bound);
    }
}
