package dev.chainless.spi;

/**
 * A place for one value per exchange, reserved by {@link PluginContext#slot}. A value that is {@link AutoCloseable} is
 * closed by the host when the exchange ends.
 *
 * @param index the place in the exchange's array, 0 or more
 * @param type what may be put there
 * @param <T> the type of the value
 */
public record Slot<T>(int index, Class<T> type) {}
