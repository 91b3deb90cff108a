package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.spi.http.FieldName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Words of eight bytes against the same, byte for byte. */
final class OctetsTest {

    @Test
    void aPlainNameEndsAtTheFirstByteThatIsNeitherLetterDigitNorHyphen() {
        for (int value = 0; value < 256; value++) {
            boolean plain = Octets.isAlphanumeric(value) || value == '-';
            for (int place = 0; place < 16; place++) {
                byte[] name = "Aa0-Zz9-aZ05-xYb".getBytes(StandardCharsets.ISO_8859_1);
                name[place] = (byte) value;
                assertEquals(plain ? 16 : place, Octets.endOfPlainName(name, 0, 16), "byte " + value + " at " + place);
            }
        }
    }

    @Test
    void aNameHasTheSameHashInAnyCaseAndPlace() {
        for (int length = 1; length < 30; length++) {
            String name = "x-Request-Id_of.Nobody-09-zZz!".substring(0, length);
            byte[] block = ("..." + name.toUpperCase(java.util.Locale.ROOT) + ": v\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(FieldName.of(name).hash(), FieldName.hash(block, 3, length), name);
            byte[] alone = Arrays.copyOfRange(block, 3, 3 + length);
            assertEquals(FieldName.of(name).hash(), FieldName.hash(alone, 0, length), name);
        }
    }
}
