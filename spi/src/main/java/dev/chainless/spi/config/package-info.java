/**
 * What the record of a configuration is made of: annotations for its components, and value types.
 *
 * <p>A configuration is a tree of records. Each component is a key of a TOML table, its name in kebab-case:
 * {@code maxConnections} is {@code max-connections}. A component may be a {@code String}, {@code boolean}, {@code int},
 * {@code long}, {@code double}, an enum (kebab-case), a {@link java.time.Duration} ({@code "30s"}), a
 * {@link java.nio.file.Path} (relative to the file that names it), one of the value types of this package, another
 * record, a {@code List} or a {@code Map<String, T>} of these, or an {@code Optional} of these.
 *
 * {@snippet :
 * record LimitConfig(
 *         @Doc("How many requests a client may send.") Rate rate,
 *         @Doc("How many more it may send at once.") @Default("0") @Range(min = "0", max = "100000") int burst,
 *         @Doc("Clients that are not limited.") List<IpPrefix> except) {
 * }
 * }
 *
 * <p><b>Absent keys.</b> {@link dev.chainless.spi.config.Default} says what an absent key means. Without
 * it a list, a map and an {@code Optional} are empty, a nested record is made of its own defaults, and
 * anything else is a required key.
 *
 * <p><b>Shorthands.</b> A {@link dev.chainless.spi.config.Shorthand} factory lets a record be written as a plain value:
 * {@code "10.0.0.1:80"} beside {@code { address = "10.0.0.1:80", weight = 2 }}. A plain value where a list is
 * expected is a list of one.
 *
 * <p><b>Choices.</b> A component whose type is a sealed interface takes one of its permitted records: the one whose
 * <em>first</em> component's key is present in the table, or, for a plain value, the one with a fitting shorthand.
 *
 * <p><b>Checks.</b> {@link dev.chainless.spi.config.Range} and {@link dev.chainless.spi.config.OneOf} bound one value;
 * a compact constructor that throws {@link java.lang.IllegalArgumentException} with a clear sentence checks what
 * several components must agree on. All end as a problem with file, line and column; nobody sees a stack trace.
 */
package dev.chainless.spi.config;
