package dev.chainless.plugin.addresslist;

import dev.chainless.spi.Counter;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Verdict;
import java.net.InetAddress;

/**
 * Lets in whom the ranges allow.
 *
 * @param ipv4 addresses in the upper 32 of 128 bits
 * @param ipv6 addresses
 * @param status of the answer to others
 * @param detail for the log
 * @param denied counts
 */
record AddressPolicy(Ranges ipv4, Ranges ipv6, int status, String detail, Counter denied) implements Policy {

    @Override
    public Verdict decide(Exchange exchange) {
        if (allows(exchange.client())) {
            return Verdict.CONTINUE;
        }
        denied.increment(exchange.loop());
        exchange.detail(detail);
        return exchange.respond(status);
    }

    private boolean allows(InetAddress address) {
        // A copy: of constant length, and hence no object after compilation, for IPv4; short-lived for IPv6.
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? ipv4.allows(Bits.big(bytes, 0, 4) << 32, 0)
                : ipv6.allows(Bits.big(bytes, 0, 8), Bits.big(bytes, 8, 8));
    }
}
