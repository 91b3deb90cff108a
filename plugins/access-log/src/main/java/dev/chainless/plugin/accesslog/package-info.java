/**
 * Writes a line for each exchange after its end, to a file that it rotates or to standard output.
 *
 * <p>The event loop never waits for a disk. It makes the line in a buffer of its own and copies it into its {@link
 * dev.chainless.plugin.accesslog.Ring ring}, which has one writer and one reader and no lock. Every 50 ms a thread of
 * the host empties the rings into the file. When a ring is full, since the disk does not keep up or hangs, lines are
 * dropped and counted, and the gateway's own log says how many: a slow disk must not become a slow gateway, and memory
 * is bounded. Lines of one loop are in order; those of several loops are mixed in runs.
 *
 * <p>A line is one line and nothing but printable ASCII, whatever a client sends: quotes, backslashes, control
 * characters and bytes above 0x7e are escaped in the way of the format ({@code \\u000a}, {@code \x0a}), and a value is
 * cut at {@code max-field}. A reader or a terminal can be led astray by neither.
 *
 * <p>The file is opened when the first lines are written, and again within a second after someone has moved it away.
 */
package dev.chainless.plugin.accesslog;
