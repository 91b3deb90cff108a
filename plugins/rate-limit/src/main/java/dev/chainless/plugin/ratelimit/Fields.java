package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.config.Doc;

/** Which responses say what the limit is. */
enum Fields {
    @Doc("None. A rejection still says when to try again.") NEVER,
    @Doc("Those to requests that were rejected.") REJECTED,
    @Doc("All, at the cost of an object and two fields for each.") ALWAYS
}
