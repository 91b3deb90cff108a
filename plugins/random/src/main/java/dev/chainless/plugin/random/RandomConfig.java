package dev.chainless.plugin.random;

/** A balancer without settings: the weights are the endpoints'. */
record RandomConfig() {}
