package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request ids and the W3C trace context. */
class TraceIdsTest {
    private static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void makesIds() {
        Set<String> seen = new HashSet<>();
        byte[] bytes = new byte[40];
        var ids = new TraceIds();
        var others = new TraceIds();
        for (int i = 0; i < 2000; i++) {
            (i % 2 == 0 ? ids : others).requestId(bytes, 3);
            String id = new String(bytes, 3, 32, StandardCharsets.US_ASCII);
            assertTrue(id.matches("[0-9a-f]{32}"), id);
            assertTrue(seen.add(id));
            assertTrue(TraceIds.isRequestId(bytes, 3, 32));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"", "a<b", "a\nb", "a{", "\u00e9", "a'", "a$b", "a;b"})
    void refusesIds(String id) {
        assertFalse(TraceIds.isRequestId(Reading.bytes(id), 0, id.length()));
    }

    @Test
    void boundsIds() {
        assertTrue(TraceIds.isRequestId(Reading.bytes("a".repeat(128)), 0, 128));
        assertFalse(TraceIds.isRequestId(Reading.bytes("a".repeat(129)), 0, 129));
    }

    @ParameterizedTest
    @ValueSource(strings = {VALID, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"})
    void passesTracesOn(String value) {
        Head head = with(value);
        assertEquals(value, head.getAll(FieldName.TRACEPARENT));
        assertEquals("a=b", head.get(FieldName.of("tracestate")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", VALID + "-x", VALID + "0",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01"})
    void beginsTraces(String value) {
        Head head = with(value);
        String begun = head.getAll(FieldName.TRACEPARENT);
        assertTrue(begun != null && begun.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), begun);
        assertTrue(TraceIds.isTraceParent(Reading.bytes(begun), 0, begun.length()));
        assertFalse(head.contains(FieldName.of("tracestate")));
    }

    @Test
    void beginsATraceWhereTwoAreClaimed() {
        Head head = new Head();
        head.add(FieldName.TRACEPARENT, VALID);
        head.add(FieldName.TRACEPARENT, VALID);
        new TraceIds().traceParent(head);
        String begun = head.getAll(FieldName.TRACEPARENT);
        assertTrue(begun != null && begun.length() == 55 && !begun.equals(VALID), begun);
    }

    private static Head with(String value) {
        Head head = new Head();
        head.add(FieldName.TRACEPARENT, value);
        head.add(FieldName.of("tracestate"), "a=b");
        new TraceIds().traceParent(head);
        return head;
    }
}
