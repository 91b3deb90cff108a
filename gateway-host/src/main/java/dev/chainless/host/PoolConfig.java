package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import java.time.Duration;

/**
 * What of a cluster's configuration its pools go by. An endpoint keeps its connections as long as this does not change.
 *
 * @param connectTimeout until a new connection is ready
 * @param attemptDelay until the next address of a name is tried beside
 * @param keepAlive how long an idle connection is kept
 * @param maxConnections over all loops
 * @param maxIdle on each loop
 * @param maxPending requests that wait
 * @param maxRequestsPerConnection 0 for no limit
 */
record PoolConfig(Duration connectTimeout, Duration attemptDelay, Duration keepAlive, int maxConnections, int maxIdle,
        int maxPending, int maxRequestsPerConnection) {

    static PoolConfig of(ClusterConfig cluster) {
        return new PoolConfig(cluster.connectTimeout(), cluster.attemptDelay(), cluster.keepAlive(),
                cluster.maxConnections(), cluster.maxIdle(), cluster.maxPending(), cluster.maxRequestsPerConnection());
    }
}
