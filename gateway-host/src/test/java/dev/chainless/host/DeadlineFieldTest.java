package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeadlineFieldTest {
    private static final DeadlineField GRPC = DeadlineField.of("Grpc-Timeout");
    private static final DeadlineField MILLIS = DeadlineField.of("x-timeout-ms");

    @Test
    void readsBothNotations() {
        Map.of("1H", 3_600_000_000_000L, "2M", 120_000_000_000L, "3S", 3_000_000_000L, "4m", 4_000_000L, "5u", 5_000L,
                "99999999n", 99_999_999L).forEach((text, nanos) -> assertEquals(nanos, GRPC.parse(text), text));
        assertEquals(250_000_000, MILLIS.parse("250"));
    }

    @Test
    void whatCannotBeUnderstoodIsNoLimit() {
        for (String text : new String[] {"", "m", "1", "1x", "-1m", "123456789m", "1.5S", " 1m"}) {
            assertEquals(0, GRPC.parse(text), text);
        }
        for (String text : new String[] {"", "1s", "-1", "123456789", "+1"}) {
            assertEquals(0, MILLIS.parse(text), text);
        }
    }

    @Test
    void tellsWhatIsLeft() {
        var head = new Head();
        MILLIS.write(head, 1_999_999);
        assertEquals("1", head.get(FieldName.of("x-timeout-ms")));
        GRPC.write(head, -5);
        assertEquals("1m", head.get(FieldName.of("grpc-timeout")));
        GRPC.write(head, Long.MAX_VALUE);
        assertEquals("99999999S", head.get(FieldName.of("grpc-timeout")));
        assertNull(DeadlineField.of(""));
    }

    @Property
    void whatIsWrittenIsReadAsNoMore(@ForAll long nanos) {
        var head = new Head();
        for (DeadlineField field : new DeadlineField[] {GRPC, MILLIS}) {
            long left = nanos & 0x3_ffff_ffff_ffffL;
            field.write(head, left);
            long read = field.read(head);
            assertEquals(true, read <= Math.max(left, 1_000_000) || !field.grpc() && read == 0);
        }
    }
}
