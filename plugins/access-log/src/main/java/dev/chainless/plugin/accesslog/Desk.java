package dev.chainless.plugin.accesslog;

/**
 * What one loop makes its lines with. Used on that loop only, but for the reading side of the ring.
 *
 * @param line is being made
 * @param seconds writes times
 * @param addresses writes addresses
 * @param ring takes whole lines
 */
record Desk(Line line, Seconds seconds, Addresses addresses, Ring ring) {

    Desk(int buffer) {
        this(new Line(), new Seconds(), new Addresses(), new Ring(buffer));
    }
}
