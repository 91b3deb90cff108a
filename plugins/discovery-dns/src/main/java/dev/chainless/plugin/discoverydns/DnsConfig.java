package dev.chainless.plugin.discoverydns;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Names to look up.
 *
 * @param name fully qualified
 * @param port of the addresses
 * @param srv whether the names are those of SRV records
 * @param family which addresses
 * @param servers the name servers
 * @param timeout for one answer
 * @param attempts with all name servers
 * @param minTtl the least time between two questions
 * @param maxTtl the longest time that an answer counts
 * @param negativeTtl the time until a question without a good answer is asked again
 * @param confirmations how often it has to be said that there is nothing
 * @param maxStale how long data counts without an answer
 * @param maxRecords of one answer
 */
record DnsConfig(
        @Doc("One name or several, complete: no domain is appended.") List<String> name,
        @Doc("The port of the endpoints. Required unless srv is true, where each record has its own.")
        @Range(min = "1", max = "65535") Optional<Integer> port,
        @Doc("Whether the names are those of SRV records, such as \"_http._tcp.app.internal\".")
        @Default("false") boolean srv,
        @Doc("Which addresses of a name are taken.") @Default("prefer-ipv4") Family family,
        @Doc("The name servers: addresses and ports, asked in this order. By default those of /etc/resolv.conf.")
        List<HostPort> servers,
        @Doc("How long one name server may take to answer, before the next one is asked.")
        @Default("2s") @Range(min = "10ms", max = "1m") Duration timeout,
        @Doc("How often all name servers are asked before there is no answer.")
        @Default("2") @Range(min = "1", max = "10") int attempts,
        @Doc("The least time between two questions, also where the answer's TTL is shorter.")
        @Default("1s") @Range(min = "50ms", max = "1h") Duration minTtl,
        @Doc("The longest time until a question is asked again, also where the answer's TTL is longer.")
        @Default("5m") @Range(min = "1s", max = "24h") Duration maxTtl,
        @Doc("How long it takes until a question is asked again that had no answer, or the answer that there is nothing.")
        @Default("5s") @Range(min = "50ms", max = "1h") Duration negativeTtl,
        @Doc("How many answers in a row must say that there is nothing where there was something, before those endpoints "
                + "go. 0: they stay, as if there were no answer.")
        @Default("3") @Range(min = "0", max = "1000") int confirmations,
        @Doc("How long endpoints stay without an answer, once their TTL is over. 0s: for ever.")
        @Default("0s") @Range(max = "365d") Duration maxStale,
        @Doc("How many records of one answer are taken; the others are left out, with a warning.")
        @Default("1000") @Range(min = "1", max = "4000") int maxRecords) {

    /** Which addresses of a name are taken. */
    enum Family {
        @Doc("Those of IPv4; of a name that has none, those of IPv6.") PREFER_IPV4,
        @Doc("Those of IPv6; of a name that has none, those of IPv4.") PREFER_IPV6,
        @Doc("Those of IPv4 alone.") IPV4,
        @Doc("Those of IPv6 alone.") IPV6,
        @Doc("All.") BOTH
    }

    private static final int MOST_NAMES = 100;

    /** Refuses what cannot be asked. */
    DnsConfig {
        if (name.isEmpty() || name.size() > MOST_NAMES) {
            throw new IllegalArgumentException("name must be one name, or up to " + MOST_NAMES);
        }
        if (srv == port.isPresent()) {
            throw new IllegalArgumentException(srv ? "port cannot be said with srv = true: each record has its own"
                    : "port is missing; or srv = true, if the name is one of SRV records");
        }
        if (minTtl.compareTo(maxTtl) > 0) {
            throw new IllegalArgumentException("min-ttl must not be longer than max-ttl");
        }
        name.forEach(DnsConfig::requireName);
        for (HostPort server : servers) {
            if (server.address().isEmpty()) {
                throw new IllegalArgumentException("servers must be addresses, which \"" + server + "\" is not");
            }
        }
    }

    private static void requireName(String name) {
        if (new HostPort(name, 1).address().isPresent()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is an address: write it among the cluster's endpoints");
        }
    }
}
