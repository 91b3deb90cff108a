package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConnectionIdsTest {
    private final ConnectionIds.Key key = ConnectionIds.Key.fresh();
    private final ConnectionIds ids = new ConnectionIds(key);

    @Test
    void anIdSaysWhereItBelongsToWhoHasTheKey() {
        var other = new ConnectionIds(key);
        for (int generation : new int[] {0, 1, 300, 0x7fff}) {
            for (int loop : new int[] {0, 1, 255, 1000}) {
                ByteBuf packet = Unpooled.buffer().writeByte(0x40).writeBytes(ids.next(generation, loop)).writeByte(9);
                int place = other.place(packet, 1);
                assertEquals(generation, ConnectionIds.generation(place));
                assertEquals(loop, ConnectionIds.loop(place));
            }
        }
    }

    @Test
    void othersLearnNothing() {
        ByteBuf id = Unpooled.wrappedBuffer(ids.next(1, 1));
        assertEquals(ConnectionIds.UNKNOWN, new ConnectionIds(ConnectionIds.Key.fresh()).place(id, 0));
        assertEquals(ConnectionIds.UNKNOWN, ids.place(Unpooled.buffer().writeZero(16), 0));
    }

    @Test
    void noTwoAreTheSame() {
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ByteBuffer id = ids.generator(0, 0).newId(ConnectionIds.LENGTH);
            assertEquals(ConnectionIds.LENGTH, id.remaining());
            assertTrue(seen.add(id));
        }
    }
}
