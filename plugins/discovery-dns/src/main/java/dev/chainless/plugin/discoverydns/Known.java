package dev.chainless.plugin.discoverydns;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What is known of one question. Used by one thread at a time. */
final class Known {
    private final Question question;
    private final DnsConfig config;
    private final Logger logger;
    private List<Datum> data = List.of();
    private boolean definite;
    /** When to ask, and when the data is over its TTL. */
    private long due;
    private long expiry;
    private int denials;
    private boolean troubled;

    Known(Question question, DnsConfig config, Logger logger, long now) {
        this.question = question;
        this.config = config;
        this.logger = logger;
        this.due = now;
        this.expiry = now;
    }

    /** {@return what the answer was, empty if there is nothing or nothing is known} */
    List<Datum> data() {
        return data;
    }

    /** {@return whether there has been an answer} */
    boolean isDefinite() {
        return definite;
    }

    /** {@return when the question is to be asked again} */
    long due() {
        return due;
    }

    /** Takes an answer. */
    void learn(Answer answer, long now) {
        switch (answer) {
            case Answer.Found found -> {
                Duration ttl = Duration.ofSeconds(found.ttlSeconds());
                ttl = ttl.compareTo(config.minTtl()) < 0 ? config.minTtl() : ttl;
                ttl = ttl.compareTo(config.maxTtl()) > 0 ? config.maxTtl() : ttl;
                expiry = now + ttl.toNanos();
                // Ahead of its end, so that one question that fails costs nothing, and not all at once.
                due = now + Math.max(config.minTtl().toNanos(), (long) (ttl.toNanos() * random(0.8, 0.95)));
                if (troubled) {
                    logger.log(Level.INFO, question + ": answered again");
                }
                if (found.leftOut() > 0 && !found.data().equals(data)) {
                    logger.log(Level.WARNING, question + ": " + found.leftOut()
                            + " records are left out: more than max-records");
                }
                data = found.data();
                definite = true;
                troubled = false;
                denials = 0;
            }
            case Answer.Nothing nothing -> {
                denials++;
                boolean confirmed = config.confirmations() > 0 && denials >= config.confirmations();
                if (data.isEmpty() || confirmed) {
                    if (!data.isEmpty()) {
                        logger.log(Level.WARNING, question + ": " + nothing.why() + ", as was said " + denials
                                + " times; its endpoints go");
                    }
                    data = List.of();
                    definite = true;
                } else {
                    warn(nothing.why());
                }
                retry(now);
            }
            case Answer.Failed failed -> {
                denials = 0;
                warn(failed.why());
                retry(now);
            }
            case Answer.Elsewhere _ -> throw new IllegalStateException("aliases are followed before");
        }
    }

    private void retry(long now) {
        due = now + (long) (config.negativeTtl().toNanos() * random(0.9, 1.1));
        if (!data.isEmpty() && !config.maxStale().isZero() && now - expiry > config.maxStale().toNanos()) {
            logger.log(Level.WARNING, question + ": no answer for max-stale; its endpoints go");
            data = List.of();
        }
    }

    private void warn(String why) {
        if (!troubled) {
            troubled = true;
            logger.log(Level.WARNING, question + ": " + why
                    + (data.isEmpty() ? "" : "; what was known stays"));
        }
    }

    private static double random(double from, double to) {
        return ThreadLocalRandom.current().nextDouble(from, to);
    }
}
