package dev.chainless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName("dev.chainless.host.Gateway");
        record.setInstant(Instant.parse("2026-01-02T03:04:05.006Z"));
        return record;
    }

    @Test
    void aRecordIsALine() {
        LogRecord record = record(Level.WARNING, "Listener {0} is slow");
        record.setParameters(new Object[] {"web"});
        record.setThrown(new IllegalStateException("very"));
        assertEquals("2026-01-02T03:04:05.006Z WARNING Gateway: Listener web is slow: "
                + "java.lang.IllegalStateException: very\n", new Logging.Line(false).format(record));
    }

    @Test
    void nothingCanLookLikeAnotherRecord() {
        String line = new Logging.Line(false).format(record(Level.INFO, "a\r\n2026-01-02 ERROR forged\u001b[31m"));
        assertEquals("2026-01-02T03:04:05.006Z INFO Gateway: a\\u000d\n    2026-01-02 ERROR forged\\u001b[31m\n", line);
    }

    @Test
    void anErrorComesWithItsStack() {
        LogRecord record = record(Level.SEVERE, "It failed");
        record.setThrown(new IllegalStateException("why"));
        String text = new Logging.Line(false).format(record);
        assertTrue(text.startsWith("2026-01-02T03:04:05.006Z ERROR Gateway: It failed\n    java.lang.Illegal"), text);
        assertTrue(text.lines().skip(1).allMatch(l -> l.startsWith("    ")), text);
    }
}
