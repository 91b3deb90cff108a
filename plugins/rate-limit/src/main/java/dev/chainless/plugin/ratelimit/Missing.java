package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.config.Doc;

/** What becomes of a request that has no key. */
enum Missing {
    @Doc("It is not limited.") ALLOW,
    @Doc("It is answered with 403.") DENY,
    @Doc("All such requests have one key together.") SHARE
}
