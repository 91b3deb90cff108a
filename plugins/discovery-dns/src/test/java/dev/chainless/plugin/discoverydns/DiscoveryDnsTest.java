package dev.chainless.plugin.discoverydns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.plugin.discoverydns.DnsConfig.Family;
import dev.chainless.plugin.discoverydns.FakeNameServer.Query;
import dev.chainless.plugin.discoverydns.FakeNameServer.Reply;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.testkit.FakeContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryDnsTest {
    private static final String NAME = "app.internal";

    private final FakeContext context = new FakeContext("app", 1);
    private final FakeNameServer first = new FakeNameServer(_ -> Reply.none());
    private final FakeNameServer second = new FakeNameServer(_ -> null);
    private final List<List<Endpoint>> told = new ArrayList<>();
    private Family family = Family.IPV4;
    private int confirmations = 3;
    private Duration maxStale = Duration.ZERO;
    private int maxRecords = 1000;
    private DnsDiscovery discovery;

    @AfterEach
    void end() throws Exception {
        if (discovery != null) {
            discovery.close();
        }
        first.close();
        second.close();
    }

    private DnsConfig config(boolean srv) {
        return new DnsConfig(List.of(NAME), srv ? Optional.empty() : Optional.of(80), srv, family,
                List.of(new HostPort("127.0.0.1", first.port()), new HostPort("127.0.0.1", second.port())),
                Duration.ofMillis(300), 1, Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(5),
                confirmations, maxStale, maxRecords);
    }

    /** {@return in how many seconds it is to ask again} */
    private double ask(boolean srv) throws InterruptedException {
        if (discovery == null) {
            var config = config(srv);
            discovery = new DnsDiscovery(config, context, new NameServers(config, new SharedLoop()), told::add);
        }
        return discovery.askDue() / 1e9;
    }

    /** Lets time pass until it is to ask again, and asks. */
    private void askAgain(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            context.advance(Duration.ofNanos(discovery.askDue()));
            discovery.askDue();
        }
    }

    private static Reply addresses(Query query, int ttl, String... addresses) {
        var reply = Reply.none();
        for (String each : addresses) {
            if (each.indexOf(':') >= 0 == (query.type() == FakeNameServer.AAAA)) {
                reply.address(query.name(), ttl, each);
            }
        }
        return reply;
    }

    private static List<Endpoint> endpoints(String... hosts) {
        return List.of(hosts).stream().map(host -> new Endpoint(host, 80, 1)).toList();
    }

    // ---- what is found, and when it is asked again

    @Test
    void toldIsWhatHasChangedWhateverTheOrder() throws Exception {
        first.says(query -> addresses(query, 60, "10.0.0.2", "10.0.0.1"));
        double next = ask(false);
        assertTrue(next >= 48 && next <= 57, "asks again after " + next);
        first.says(query -> addresses(query, 60, "10.0.0.1", "10.0.0.2"));
        askAgain(1);
        first.says(query -> addresses(query, 60, "10.0.0.3", "10.0.0.1"));
        askAgain(1);
        assertEquals(List.of(endpoints("10.0.0.1", "10.0.0.2"), endpoints("10.0.0.1", "10.0.0.3")), told);
        assertEquals(3, first.queries().size());
        assertEquals(List.of(), context.logged());
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 1, 1", "1000, 240, 285", "2147483647, 240, 285"})
    void theTtlHasAFloorAndACeiling(int ttl, double least, double most) throws Exception {
        first.says(query -> addresses(query, ttl, "10.0.0.1"));
        double next = ask(false);
        assertTrue(next >= least && next <= most, "asks again after " + next);
    }

    @ParameterizedTest
    @CsvSource({"PREFER_IPV4, 10.0.0.1", "PREFER_IPV6, 2001:db8::1", "IPV4, 10.0.0.1", "IPV6, 2001:db8::1",
            "BOTH, 10.0.0.1 2001:db8::1"})
    void familiesAreTakenAsSaid(Family taken, String hosts) throws Exception {
        family = taken;
        first.says(query -> addresses(query, 60, "10.0.0.1", "2001:db8::1"));
        ask(false);
        assertEquals(List.of(endpoints(hosts.split(" "))), told);
    }

    @Test
    void aNameWithoutIpv4IsTakenByIpv6() throws Exception {
        family = Family.PREFER_IPV4;
        first.says(query -> addresses(query, 60, "2001:db8::1"));
        ask(false);
        assertEquals(List.of(endpoints("2001:db8::1")), told);
    }

    @Test
    void servicesHaveTheirPortsPrioritiesAndWeights() throws Exception {
        first.says(query -> query.type() == FakeNameServer.SRV
                ? Reply.none().service(NAME, 60, 10, 40000, 81, "a.internal")
                        .service(NAME, 60, 10, 20000, 82, "B.internal")
                        .service(NAME, 60, 20, 0, 83, "c.internal").service(NAME, 60, 30, 5, 84, "")
                : addresses(query, 60, switch (query.name()) {
                    case "a.internal" -> new String[] {"10.0.0.1"};
                    case "b.internal" -> new String[] {"10.0.0.2", "10.0.0.3"};
                    default -> new String[] {"10.0.0.4"};
                }));
        ask(true);
        assertEquals(List.of(Set.of(new Endpoint("10.0.0.1", 81, 1000, "", "", 0),
                new Endpoint("10.0.0.2", 82, 250, "", "", 0), new Endpoint("10.0.0.3", 82, 250, "", "", 0),
                new Endpoint("10.0.0.4", 83, 1, "", "", 1))), told.stream().map(Set::copyOf).toList());
    }

    @Test
    void weightsThatFitStayAsTheyAre() throws Exception {
        first.says(query -> query.type() == FakeNameServer.SRV
                ? Reply.none().service(NAME, 60, 1, 3, 81, "a.internal").service(NAME, 60, 1, 1, 82, "a.internal")
                : addresses(query, 60, "10.0.0.1"));
        ask(true);
        assertEquals(List.of(1, 3), told.getFirst().stream().map(Endpoint::weight).sorted().toList());
    }

    // ---- aliases

    @Test
    void aliasesAreFollowedAndTheirTtlCounts() throws Exception {
        first.says(query -> switch (query.name()) {
            case NAME -> Reply.none().alias(NAME, 10, "b.internal").alias("b.internal", 60, "c.internal");
            case "c.internal" -> addresses(query, 60, "10.0.0.1");
            default -> null;
        });
        double next = ask(false);
        assertEquals(List.of(endpoints("10.0.0.1")), told);
        assertTrue(next >= 8 && next <= 9.5, "asks again after " + next);
    }

    @Test
    void aCircleOfAliasesEndsInOneMessage() throws Exception {
        first.says(_ -> Reply.none().alias(NAME, 10, "b.internal").alias("b.internal", 10, NAME));
        second.says(_ -> Reply.none().alias(NAME, 10, NAME));
        ask(false);
        assertEquals(List.of(), told);
        assertEquals(1, first.queries().size());
        assertTrue(context.logged().getFirst().contains("go in a circle"), context.logged()::toString);
    }

    @Test
    void aCircleOfAliasesEndsInManyMessages() throws Exception {
        FakeNameServer.Script endless = query -> Reply.none().alias(query.name(), 10, "a" + query.name());
        first.says(endless);
        second.says(endless);
        ask(false);
        assertEquals(List.of(), told);
        assertEquals(17, first.queries().size());
        assertEquals(1, second.queries().size());
        assertTrue(context.logged().getFirst().contains("go in a circle"), context.logged()::toString);
    }

    // ---- servers that do not answer, or wrongly

    @Test
    void theNextServerIsAskedAndStaysTheFirst() throws Exception {
        second.says(query -> addresses(query, 60, "10.0.0.1"));
        int rounds = 0;
        for (FakeNameServer.Script bad : List.<FakeNameServer.Script>of(_ -> null,
                _ -> Reply.code(FakeNameServer.SERVFAIL),
                _ -> Reply.code(FakeNameServer.REFUSED), _ -> Reply.none().lame(),
                query -> addresses(query, 60, "10.6.6.6").wrongId(),
                query -> addresses(query, 60, "10.6.6.6").wrongQuestion("evil.internal"),
                query -> Reply.none().record(query.name(), query.type(), 60, new byte[] {10, 6, 6}))) {
            end(discovery);
            told.clear();
            first.says(bad);
            ask(false);
            assertEquals(List.of(endpoints("10.0.0.1")), told, "round " + rounds++);
            first.queries();
            askAgain(1);
            assertEquals(List.of(), first.queries(), "the one that answered is asked first");
        }
        assertEquals(List.of(), context.logged());
    }

    private void end(DnsDiscovery before) {
        if (before != null) {
            before.close();
            discovery = null;
        }
    }

    @Test
    void anOutageCostsNothingButFreshness() throws Exception {
        first.says(query -> addresses(query, 60, "10.0.0.1"));
        ask(false);
        first.says(_ -> null);
        second.says(_ -> Reply.code(FakeNameServer.SERVFAIL));
        askAgain(1);
        double next = ask(false);
        assertTrue(next >= 4.5 && next <= 5.5, "asks again after " + next);
        context.advance(Duration.ofDays(30));
        ask(false);
        assertEquals(1, told.size());
        assertEquals(1, context.logged().size(), context.logged()::toString);
        assertTrue(context.logged().getFirst().matches("WARNING app.internal. A: 127.0.0.1:" + first.port()
                + " did not answer in time; 127.0.0.1:" + second.port() + " answered ServFail.*what was known stays"),
                context.logged()::toString);
        first.says(query -> addresses(query, 60, "10.0.0.2"));
        askAgain(1);
        assertEquals(endpoints("10.0.0.2"), told.getLast());
        assertTrue(context.logged().getLast().contains("answered again"), context.logged()::toString);
    }

    @Test
    void whatIsTooStaleGoes() throws Exception {
        maxStale = Duration.ofSeconds(60);
        first.says(query -> addresses(query, 60, "10.0.0.1"));
        ask(false);
        first.says(_ -> Reply.code(FakeNameServer.SERVFAIL));
        second.says(_ -> Reply.code(FakeNameServer.SERVFAIL));
        context.advance(Duration.ofSeconds(119));
        ask(false);
        assertEquals(1, told.size());
        askAgain(1);
        assertEquals(List.of(), told.getLast());
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "3, 3", "0, 0", "0, 3"})
    void thatThereIsNothingHasToBeSaidAgain(int times, int code) throws Exception {
        confirmations = times;
        first.says(query -> addresses(query, 60, "10.0.0.1"));
        ask(false);
        first.says(_ -> Reply.code(code));
        askAgain(2);
        assertEquals(1, told.size());
        askAgain(10);
        assertEquals(times == 0 ? 1 : 2, told.size());
        assertEquals(times == 0 ? endpoints("10.0.0.1") : List.of(), told.getLast());
    }

    @Test
    void aNameThatNeverWasIsWarnedOf() throws Exception {
        first.says(_ -> Reply.code(FakeNameServer.NXDOMAIN));
        ask(false);
        assertEquals(List.of(List.of()), told);
        assertTrue(context.logged().getFirst().contains("no address of app.internal"), context.logged()::toString);
    }

    @Test
    void untilThereIsAnAnswerNothingIsTold() throws Exception {
        first.says(_ -> null);
        ask(false);
        askAgain(2);
        assertEquals(List.of(), told);
    }

    // ---- size

    @Test
    void whatIsTruncatedComesByTcpUpToABound() throws Exception {
        maxRecords = 100;
        first.says(query -> {
            var reply = Reply.none();
            for (int i = 0; query.tcp() && i < 2000; i++) {
                reply.address(query.name(), 60, "10.0." + i / 250 + "." + i % 250);
            }
            return query.tcp() ? reply : reply.truncated();
        });
        ask(false);
        assertEquals(100, told.getFirst().size());
        assertTrue(context.logged().getFirst().contains("1900 records are left out"), context.logged()::toString);
        assertEquals(List.of(false, true), first.queries().stream().map(Query::tcp).toList());
    }

    @Test
    void anAnswerThatStaysTruncatedIsNone() throws Exception {
        first.says(query -> addresses(query, 60, "10.0.0.1").truncated());
        second.says(query -> addresses(query, 60, "10.0.0.2"));
        ask(false);
        assertEquals(List.of(endpoints("10.0.0.2")), told);
    }

    // ---- configuration

    @Test
    void whatCannotBeAskedIsRefused() {
        assertRefused("write it among the cluster's endpoints", List.of("10.0.0.1"), false, "127.0.0.1");
        assertRefused("neither an IP address nor a host name", List.of("a..b"), false, "127.0.0.1");
        assertRefused("name must be", List.of(), false, "127.0.0.1");
        assertRefused("port cannot be said", List.of(NAME), true, "127.0.0.1");
        assertRefused("servers must be addresses", List.of(NAME), false, "ns.internal");
    }

    private void assertRefused(String message, List<String> names, boolean srv, String server) {
        var refused = assertThrows(IllegalArgumentException.class,
                () -> new DnsConfig(names, Optional.of(80), srv, family,
                        List.of(new HostPort(server, 53)), Duration.ofSeconds(1), 1, Duration.ofSeconds(1),
                        Duration.ofMinutes(5), Duration.ofSeconds(5), 3, Duration.ZERO, 1000));
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
    }
}
