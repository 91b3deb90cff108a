package dev.chainless.plugin.roundrobin;

/** A balancer without settings: the weights are the endpoints'. */
record RoundRobinConfig() {}
