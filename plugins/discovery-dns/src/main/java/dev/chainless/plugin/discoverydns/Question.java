package dev.chainless.plugin.discoverydns;

import io.netty.handler.codec.dns.DnsRecordType;
import java.util.Locale;

/**
 * What is asked.
 *
 * @param name in lower case, with a dot at its end
 * @param type A, AAAA or SRV
 */
record Question(String name, DnsRecordType type) {

    static Question of(String name, DnsRecordType type) {
        return new Question(canonical(name), type);
    }

    /** {@return a name as questions have it} */
    static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower : lower + ".";
    }

    @Override
    public String toString() {
        return name + " " + type.name();
    }
}
