package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> KEYS = List.of("max-connections", "max-idle", "listen", "backlog");

    @Test
    void findsWhatWasMeant() {
        assertEquals(Optional.of("max-connections"), Nearest.to("max_conections", KEYS));
        assertEquals(Optional.of("max-connections"), Nearest.to("maxConnections", KEYS));
        assertEquals(Optional.of("listen"), Nearest.to("lisetn", KEYS));
        assertEquals(Optional.empty(), Nearest.to("port", KEYS));
        assertEquals(Optional.empty(), Nearest.to("", KEYS));
    }

    @Test
    void namesWhatThereIsIfThatIsShort() {
        assertEquals("; there is \"a\", \"b\"", Nearest.hint("xyz", List.of("a", "b")));
        assertEquals("", Nearest.hint("xyz", List.of()));
    }
}
