package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.Position;
import dev.chainless.config.StickyConfig;
import dev.chainless.config.StickyConfig.SameSite;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StickyTableTest {
    @TempDir
    Path folder;

    @Test
    void findsEachEndpointByTheCookieItSet() throws IOException {
        List<Tier> tiers = List.of(tier("a", 300), tier("b", 1), tier("c", 200));
        var table = new StickyTable(sticky("app", key("1")), tiers);
        for (Tier tier : tiers) {
            for (int i = 0; i < tier.members().size(); i++) {
                int found = table.find(request("x=1; endpoint=" + tag(table, tier, i) + "; y=2"));
                assertSame(tier, table.tier(found));
                assertEquals(i, table.member(found));
            }
        }
    }

    @Test
    void believesOldKeysAndSignsByTheFirst() throws IOException {
        Tier tier = tier("a", 20);
        var before = new StickyTable(sticky("app", key("1")), List.of(tier));
        var after = new StickyTable(sticky("app", key("2"), key("1")), List.of(tier));
        var last = new StickyTable(sticky("app", key("2")), List.of(tier));
        for (int i = 0; i < 20; i++) {
            assertEquals(i, after.find(request("endpoint=" + tag(before, tier, i))));
            assertEquals(i, last.find(request("endpoint=" + tag(after, tier, i))));
            assertEquals(-1, last.find(request("endpoint=" + tag(before, tier, i))));
        }
    }

    @Test
    void believesNothingElse() throws IOException {
        Tier tier = tier("a", 20);
        var table = new StickyTable(sticky("app", key("1")), List.of(tier));
        String tag = tag(table, tier, 7);
        for (int i = 0; i < tag.length(); i++) {
            char other = tag.charAt(i) == 'A' ? 'B' : 'A';
            assertEquals(-1, table.find(request("endpoint=" + tag.substring(0, i) + other + tag.substring(i + 1))));
        }
        for (String cookie : List.of("endpoint", "endpoint=", "endpoint=" + tag + "A", "endpoint=" + tag.substring(1),
                "other=" + tag, "xendpoint=" + tag, "endpoints=" + tag, "endpoint =" + tag, "", ";;",
                "Endpoint=" + tag)) {
            assertEquals(-1, table.find(request(cookie)), cookie);
        }
        assertEquals(-1, new StickyTable(sticky("another", key("1")), List.of(tier)).find(request("endpoint=" + tag)));
        assertEquals(7, table.find(request("endpoint=" + tag)));
    }

    @Test
    void saysWhatTheCookieIsFor() throws IOException {
        Tier tier = tier("a", 1);
        var config =
                new StickyConfig("s", List.of(key("1")), Duration.ofHours(2), "/app", SameSite.STRICT, Position.none());
        var table = new StickyTable(Sticky.of(config, "app"), List.of(tier));
        assertTrue(line(table, tier, 0, false)
                .matches("s=[\\w-]{43}; Path=/app; Max-Age=7200; HttpOnly; SameSite=Strict"));
        assertTrue(line(table, tier, 0, true)
                .matches("s=[\\w-]{43}; Path=/app; Max-Age=7200; Secure; HttpOnly; SameSite=Strict"));
    }

    @Test
    void refusesKeysThatAreNone() throws IOException {
        Path small = Files.writeString(folder.resolve("small"), "fifteen bytes..");
        String message = assertThrows(IllegalArgumentException.class, () -> sticky("app", small)).getMessage();
        assertTrue(message.contains("small has 15 bytes"), message);
        assertFalse(message.contains("fifteen"), message);
        assertThrows(IllegalArgumentException.class, () -> sticky("app", folder.resolve("absent")));
        assertFalse(sticky("app", key("1")).toString().contains("1111"));
    }

    @Test
    void anotherKeyInTheSameFileIsAnotherCookie() throws IOException {
        Sticky before = sticky("app", key("1"));
        assertEquals(before, sticky("app", key("1")));
        Files.writeString(folder.resolve("key1"), "2".repeat(32));
        assertFalse(before.equals(sticky("app", folder.resolve("key1"))));
    }

    private Path key(String name) throws IOException {
        return Files.writeString(folder.resolve("key" + name), name.repeat(32));
    }

    private static Sticky sticky(String cluster, Path... keys) {
        return Sticky.of(new StickyConfig("endpoint", List.of(keys), Duration.ZERO, "/", SameSite.LAX, Position.none()),
                cluster);
    }

    private static Tier tier(String name, int count) {
        List<Member> members = IntStream.range(0, count)
                .mapToObj(i -> new Member(new Endpoint(name + i, 80, 1), null, 100)).toList();
        return new Tier(members, _ -> _ -> 0);
    }

    private static String line(StickyTable table, Tier tier, int member, boolean overTls) {
        var head = new Head();
        head.add(table.line(tier, member, overTls));
        return Objects.requireNonNull(head.get(FieldName.of("set-cookie")));
    }

    private static String tag(StickyTable table, Tier tier, int member) {
        return line(table, tier, member, false).substring("endpoint=".length()).split(";", 2)[0];
    }

    private static Head request(String cookie) {
        var head = new Head();
        head.add(FieldName.COOKIE, "before=1");
        head.add(FieldName.COOKIE, cookie);
        return head;
    }
}
