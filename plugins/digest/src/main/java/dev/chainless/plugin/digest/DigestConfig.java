package dev.chainless.plugin.digest;

/** A stage without settings: the client says whether it wants a digest. */
record DigestConfig() {}
