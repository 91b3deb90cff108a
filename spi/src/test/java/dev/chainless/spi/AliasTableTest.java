package dev.chainless.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AliasTableTest {
    private static final int STEPS = 1 << 12;

    @Property(tries = 200)
    void drawsEachIndexByItsWeight(
            @ForAll @Size(min = 1, max = 16) List<@IntRange(min = 1, max = 1_000_000) Integer> weights) {
        var table = AliasTable.of(weights.stream().mapToInt(Integer::intValue).toArray());
        double sum = weights.stream().mapToLong(Integer::longValue).sum();
        int count = weights.size();
        var drawn = new int[count];
        // All columns, and of each the same places: no chance, so that the shares are exact but for the steps.
        for (int column = 0; column < count; column++) {
            long high = ((long) column << 32) / count + 1;
            for (long step = 0; step < STEPS; step++) {
                drawn[table.draw(high << 32 | step << 20)]++;
            }
        }
        for (int i = 0; i < count; i++) {
            assertEquals(weights.get(i) / sum, (double) drawn[i] / (count * STEPS), 1.0 / STEPS);
        }
    }

    @Test
    void drawsAmongMany() {
        var weights = new int[100_000];
        Arrays.setAll(weights, i -> i % 1000 + 1);
        var table = AliasTable.of(weights);
        assertEquals(100_000, table.size());
        for (int i = 0; i < 1000; i++) {
            int drawn = table.draw();
            assertTrue(drawn >= 0 && drawn < 100_000);
        }
    }

    @Test
    void theOtherIsAnother() {
        assertEquals(0, AliasTable.of(7).drawOther(0));
        var table = AliasTable.of(1, 1000, 1);
        var drawn = new int[3];
        for (int i = 0; i < 3000; i++) {
            assertNotEquals(1, table.drawOther(1));
            drawn[table.drawOther(1)]++;
        }
        assertEquals(drawn[0], drawn[2], 500);
    }
}
