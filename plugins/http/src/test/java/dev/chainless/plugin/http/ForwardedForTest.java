package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.net.InetAddress;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who the client is, behind hops of 10.0.0.0/8 and fd00::/8. */
class ForwardedForTest {
    private static final List<IpPrefix> HOPS = List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("fd00::/8"));

    private static String client(ForwardedFor.Source source, FieldName name, String peer, String value) {
        var head = new Head();
        for (String line : value.split("\\|", -1)) {
            head.add(name, line);
        }
        return new ForwardedFor(HOPS, source).client(head, InetAddress.ofLiteral(peer)).getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
            1.1.1.1  > 9.9.9.9                              > 1.1.1.1
            10.0.0.1 > 9.9.9.9                              > 9.9.9.9
            10.0.0.1 > 8.8.8.8, 9.9.9.9                     > 9.9.9.9
            10.0.0.1 > 8.8.8.8, 9.9.9.9 ,10.2.3.4           > 9.9.9.9
            10.0.0.1 > 8.8.8.8|9.9.9.9|10.2.3.4             > 9.9.9.9
            10.0.0.1 > 10.0.0.3, 10.0.0.2                   > 10.0.0.3
            10.0.0.1 > unknown                              > 10.0.0.1
            10.0.0.1 > 9.9.9.9, unknown, 10.0.0.2           > 10.0.0.2
            10.0.0.1 > 9.9.9.9, , 10.0.0.2                  > 10.0.0.2
            10.0.0.1 > 9.9.9.9:1234                         > 9.9.9.9
            10.0.0.1 > [2001:db8::1]:80                     > 2001:db8:0:0:0:0:0:1
            10.0.0.1 > 2001:db8::1                          > 2001:db8:0:0:0:0:0:1
            fd00::1  > 9.9.9.9                              > 9.9.9.9
            10.0.0.1 > [9.9.9.9                             > 10.0.0.1
            10.0.0.1 > 9.9.9.9/32                           > 10.0.0.1
            10.0.0.1 > 999.9.9.9                            > 10.0.0.1
            10.0.0.1 > a.example                            > 10.0.0.1
            """)
    void readsTheUsualList(String peer, String value, String expected) {
        assertEquals(expected, client(ForwardedFor.Source.X_FORWARDED_FOR, FieldName.X_FORWARDED_FOR, peer, value));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
            1.1.1.1  > for=9.9.9.9                                          > 1.1.1.1
            10.0.0.1 > for=9.9.9.9                                          > 9.9.9.9
            10.0.0.1 > proto=https;For="9.9.9.9:80";by=1.2.3.4              > 9.9.9.9
            10.0.0.1 > for=8.8.8.8, for="[2001:db8::1]:80", for=10.0.0.2    > 2001:db8:0:0:0:0:0:1
            10.0.0.1 > for=8.8.8.8|for=9.9.9.9, for=10.0.0.2                > 9.9.9.9
            10.0.0.1 > for=_hidden                                          > 10.0.0.1
            10.0.0.1 > for=9.9.9.9, proto=https                             > 10.0.0.1
            10.0.0.1 > host="a, for=8.8.8.8";for=9.9.9.9                    > 9.9.9.9
            10.0.0.1 > host="a\\", for=8.8.8.8                              > 10.0.0.1
            10.0.0.1 > host="a\\"\\", for=8.8.8.8", for=9.9.9.9             > 9.9.9.9
            """)
    void readsTheStandardOne(String peer, String value, String expected) {
        assertEquals(expected, client(ForwardedFor.Source.FORWARDED, FieldName.FORWARDED, peer, value));
    }

    @Property(tries = 1000)
    void neverThrows(@ForAll long seed) {
        String noise = new String(new RandomHeads(seed).noise(100), java.nio.charset.StandardCharsets.ISO_8859_1)
                .replaceAll("[^ -~]", "\"");
        client(ForwardedFor.Source.FORWARDED, FieldName.FORWARDED, "10.0.0.1", "for=1.2.3.4;x=\"" + noise);
        client(ForwardedFor.Source.X_FORWARDED_FOR, FieldName.X_FORWARDED_FOR, "10.0.0.1", noise);
    }
}
