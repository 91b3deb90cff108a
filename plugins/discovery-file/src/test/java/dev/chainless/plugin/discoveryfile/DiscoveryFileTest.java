package dev.chainless.plugin.discoveryfile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Endpoint;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.testkit.FakeContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryFileTest {
    private static final String TWO_OF_TOML = """
            endpoints = [
                "10.0.0.1:8080",
                { address = "[2001:db8::1]:443", weight = 2, region = "r", zone = "z", priority = 1 },
            ]
            """;
    private static final String TWO_OF_JSON = """
            ["10.0.0.1:8080",
             {"address": "[2001:db8::1]:443", "weight": 2, "region": "r", "zone": "z", "priority": 1}]
            """;
    private static final List<Endpoint> TWO =
            List.of(new Endpoint("10.0.0.1", 8080, 1), new Endpoint("2001:db8::1", 443, 2, "r", "z", 1));

    @TempDir
    Path folder;

    private final FakeContext context = new FakeContext("app", 1);
    private final List<List<Endpoint>> told = new ArrayList<>();

    private Path begin(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        if (text != null) {
            Files.writeString(file, text);
        }
        new DiscoveryFilePlugin().discovery(new FileConfig(file, Duration.ofSeconds(1), new ByteSize(1024), 3), context,
                told::add);
        return file;
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            context.runRepeated();
        }
    }

    @Test
    void readsBothFormsAtOnce() throws IOException {
        begin("a.toml", TWO_OF_TOML);
        begin("a.json", TWO_OF_JSON);
        begin("b.json", "{ \"endpoints\": " + TWO_OF_JSON + "}");
        begin("b.toml", "[[endpoints]]\naddress = \"10.0.0.1:8080\"\n[[endpoints]]\naddress = \"[2001:db8::1]:443\"\n"
                + "weight = 2\nregion = \"r\"\nzone = \"z\"\npriority = 1\n");
        assertEquals(List.of(TWO, TWO, TWO, TWO), told);
        look(3);
        assertEquals(4, told.size());
        assertEquals(List.of(), context.logged());
    }

    @Test
    void aChangeCountsOnceItHasSettled() throws IOException {
        Path file = begin("a.toml", TWO_OF_TOML);
        Files.writeString(file, "endpoints = [\"10.0.0.1:1\"]");
        look(1);
        Files.writeString(file, "endpoints = [\"10.0.0.1:1\", \"10.0.0.2:1\"]");
        look(1);
        assertEquals(1, told.size());
        look(1);
        assertEquals(List.of(new Endpoint("10.0.0.1", 1, 1), new Endpoint("10.0.0.2", 1, 1)), told.getLast());
        Path next = Files.writeString(folder.resolve("next"), "endpoints = []");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        look(2);
        assertEquals(List.of(), told.getLast());
        assertEquals(3, told.size());
    }

    @Test
    void aFileThatComesLaterIsWarnedOfOnceAndTakenThen() throws IOException {
        Path file = begin("a.json", null);
        look(5);
        assertEquals(List.of(), told);
        assertEquals(1, context.logged().size(), context.logged()::toString);
        assertTrue(context.logged().getFirst().contains("a.json does not exist"), context.logged()::toString);
        Files.writeString(file, TWO_OF_JSON);
        look(2);
        assertEquals(List.of(TWO), told);
        Files.delete(file);
        look(5);
        assertEquals(1, told.size());
        assertEquals(2, context.logged().size(), context.logged()::toString);
        Files.writeString(file, TWO_OF_JSON);
        look(2);
        assertEquals(List.of(TWO, TWO), told);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            toml | endpoints = [ "10.0.0.1" ]                              | 1:15: "10.0.0.1": expected a host and port
            toml | endpoints = [ "10.0.0.1:0" ]                            | 1:15: "10.0.0.1:0": the port must be
            toml | endpoints = [ 7 ]                                       | 1:15: an endpoint is a text or a table
            toml | endpoints = [ { weight = 1 } ]                          | 1:15: an endpoint needs an address
            toml | endpoints = [ { address = "a:1", weight = 0 } ]         | 1:34: weight must be a whole number from 1 to 1000
            toml | endpoints = [ { address = "a:1", priority = 128 } ]     | 1:34: priority must be
            toml | endpoints = [ { address = "a:1", wait = 1 } ]           | 1:34: "wait" is not known
            toml | endpoints = [ "a:1", "a:1" ]                            | 1:22: a:1 is already in line 1
            toml | endpoints = [ "a:1", "a:2", "a:3", "a:4" ]              | 1:36: there are more than max-endpoints, which is 3
            toml | endpoints = [ "a:1"                                     | 1:
            toml | endpoint = []                                           | 1:1: "endpoint" is not known
            toml | ``                                                      | 1:1: the file must have a list
            json | ``                                                      | 1:1: the file is a list
            json | [7]                                                     | 1:2: an endpoint is a text or an object
            json | ["a:1"                                                  | 1:
            json | ["a:1"] 7                                               | 1:9: nothing may come after
            json | [{"address": "a:1", "weight": 1.5}]                     | 1:21: weight must be
            json | [{"address": "a:1", "weight": 99999999999999999999999}] | 1:21: weight must be
            json | [{"address": "a:1", "address": "a:2"}]                  | 1:
            json | [{"address": ["a:1"]}]                                  | 1:3: address must be a text
            json | {"nodes": []}                                           | 1:2: the file is a list
            """)
    void aWrongListIsToldWithItsPlaceAndTheFormerStays(String form, String text, String problem) throws IOException {
        Path file = begin("a." + form, form.equals("toml") ? TWO_OF_TOML : TWO_OF_JSON);
        Files.writeString(file, text);
        look(5);
        assertEquals(List.of(TWO), told);
        assertEquals(1, context.logged().size(), context.logged()::toString);
        assertTrue(context.logged().getFirst().startsWith("WARNING " + file + ":" + problem),
                context.logged()::toString);
        Files.writeString(file, form.equals("toml") ? TWO_OF_TOML : TWO_OF_JSON);
        look(2);
        assertEquals(List.of(TWO, TWO), told);
    }

    @Test
    void whatIsTooLargeOrNoTextIsNotUsed() throws IOException {
        Path file = begin("a.json", " ".repeat(1025) + "[]");
        Files.write(file, new byte[] {'[', '"', (byte) 0xff, '"', ']'});
        look(2);
        Files.delete(file);
        Files.createDirectory(file);
        look(2);
        assertEquals(List.of(), told);
        assertEquals(3, context.logged().size(), context.logged()::toString);
        assertTrue(context.logged().getFirst().contains("larger than max-size"), context.logged()::toString);
        assertTrue(context.logged().get(1).contains("is not UTF-8"), context.logged()::toString);
        assertTrue(context.logged().get(2).contains("is a folder"), context.logged()::toString);
    }

    @Test
    void nestingThatWouldOverflowTheStackIsRefused() throws IOException {
        begin("a.toml", "endpoints = " + "[".repeat(1000));
        begin("a.json", "[".repeat(1000));
        look(2);
        assertEquals(List.of(), told);
        assertEquals(2, context.logged().size(), context.logged()::toString);
    }
}
