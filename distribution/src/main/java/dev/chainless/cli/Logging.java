package dev.chainless.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * One line for each record, to standard error. More lines of a record, a stack trace for example, are indented, and
 * control characters are spelt out, so that nothing that a client sent can look like a record.
 */
final class Logging {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Tells of each connection otherwise. Held here, since the JDK forgets loggers, and their levels, that nobody holds. */
    private static final Logger BOUNCY_CASTLE = Logger.getLogger("org.bouncycastle");

    private Logging() {}

    static void configure() {
        LogManager.getLogManager().reset();
        boolean debug = Boolean.getBoolean("chainless.debug");
        Logger root = Logger.getLogger("");
        root.setLevel(debug ? Level.FINE : Level.INFO);
        BOUNCY_CASTLE.setLevel(debug ? Level.FINE : Level.WARNING);
        ConsoleHandler handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        handler.setFormatter(new Line(debug));
        root.addHandler(handler);
    }

    /** The form of a line: time, level, where from, what. */
    static final class Line extends Formatter {
        private final boolean debug;

        Line(boolean debug) {
            this.debug = debug;
        }

        @Override
        public String format(LogRecord record) {
            String level = record.getLevel().equals(Level.SEVERE) ? "ERROR" : record.getLevel().getName();
            String name = String.valueOf(record.getLoggerName());
            var text = new StringBuilder(TIME.format(record.getInstant())).append(' ').append(level).append(' ')
                    .append(name.substring(name.lastIndexOf('.') + 1)).append(": ")
                    .append(safe(formatMessage(record)));
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                if (debug || record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                    var trace = new StringWriter();
                    thrown.printStackTrace(new PrintWriter(trace));
                    text.append("\n    ").append(safe(trace.toString().stripTrailing()));
                } else {
                    text.append(": ").append(safe(thrown.toString()));
                }
            }
            return text.append('\n').toString();
        }

        static String safe(String text) {
            var safe = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\n') {
                    safe.append("\n    ");
                } else if (Character.isISOControl(c) && c != '\t') {
                    safe.append(String.format("\\u%04x", (int) c));
                } else {
                    safe.append(c);
                }
            }
            return safe.toString();
        }
    }
}
