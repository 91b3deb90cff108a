package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.GatewayConfig;
import dev.chainless.config.OverloadConfig;
import dev.chainless.config.RouteConfig.Priority;
import org.junit.jupiter.api.Test;

class GradeTest {
    private static final OverloadConfig DEFAULTS =
            GatewayConfig.builder().listener("web", l -> l.set("listen", "127.0.0.1:0")).build().overload();

    private static Grade after(Grade before, int percent) {
        return before.next(percent, DEFAULTS);
    }

    @Test
    void goesByHowMuchIsInUse() {
        assertEquals(Grade.NONE, after(Grade.NONE, 84));
        assertEquals(Grade.NO_KEEP_ALIVE, after(Grade.NONE, 85));
        assertEquals(Grade.SHRINK_POOLS, after(Grade.NONE, 89));
        assertEquals(Grade.REFUSE_LOW, after(Grade.NONE, 94));
        assertEquals(Grade.REFUSE_NORMAL, after(Grade.NONE, 97));
        assertEquals(Grade.STOP_ACCEPTING, after(Grade.NONE, 1000));
    }

    @Test
    void comesBackOnlyWhenThereIsSomeRoom() {
        assertEquals(Grade.REFUSE_LOW, after(Grade.REFUSE_LOW, 88));
        assertEquals(Grade.SHRINK_POOLS, after(Grade.REFUSE_LOW, 86));
        assertEquals(Grade.NONE, after(Grade.STOP_ACCEPTING, 81));
    }

    @Test
    void refusesTheLowestPriorityFirstAndTheHighestNever() {
        assertTrue(Grade.REFUSE_LOW.refuses(Priority.LOW));
        assertFalse(Grade.REFUSE_LOW.refuses(Priority.NORMAL));
        assertTrue(Grade.REFUSE_NORMAL.refuses(Priority.NORMAL));
        assertFalse(Grade.STOP_ACCEPTING.refuses(Priority.HIGH));
    }
}
