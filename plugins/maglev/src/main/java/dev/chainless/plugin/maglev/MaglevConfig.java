package dev.chainless.plugin.maglev;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.util.List;
import java.util.Optional;

/**
 * What is hashed, and onto what.
 *
 * @param key what requests with the same go to the same endpoint; the first one that a request has counts
 * @param tableSize a prime
 * @param maxLoad in percent of the average
 */
record MaglevConfig(
        @Doc("Requests with the same key go to the same endpoint: \"client-address\", \"header:NAME\", \"cookie:NAME\","
                + " \"query:NAME\" or \"claim:NAME\". Of several, the first one that a request has; a request without any"
                + " goes anywhere.")
        @Default("[\"client-address\"]") List<Key> key,
        @Doc("How many places the table has, a prime. A hundred for each endpoint keep shares and changes near to what is"
                + " right; four bytes each.")
        @Default("65537") @Range(min = "251", max = "5000011") int tableSize,
        @Doc("How many requests an endpoint may have under way, in percent of the average; what is more goes to the next one"
                + " of the key. Absent: any number.")
        @Range(min = "105", max = "10000") Optional<Integer> maxLoad) {

    /** Refuses a table without a key, and one that endpoints could not walk through place by place. */
    MaglevConfig {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key needs at least one entry, such as \"client-address\"");
        }
        if (!isPrime(tableSize)) {
            int next = tableSize + 1;
            while (!isPrime(next)) {
                next++;
            }
            throw new IllegalArgumentException("table-size has to be a prime; the next one is " + next);
        }
    }

    private static boolean isPrime(int number) {
        for (int divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
