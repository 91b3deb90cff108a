package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.HttpUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** A named set of endpoints, its balancer, and a pool for each loop and endpoint. */
final class Cluster {
    private final String name;
    private final ClusterConfig config;
    private final List<EndpointState> endpoints;
    private final Balancer.Picker picker;
    private final HttpUpstream codec;
    private final Loops loops;
    private final ClusterMetrics metrics;
    private final List<IdentityHashMap<EndpointState, EndpointPool>> pools;
    private final EndpointPool[][] poolsByIndex;

    Cluster(String name, ClusterConfig config, List<EndpointState> endpoints, Balancer balancer, HttpUpstream codec,
            Loops loops, ClusterMetrics metrics) {
        this.name = name;
        this.config = config;
        this.endpoints = endpoints;
        this.codec = codec;
        this.loops = loops;
        this.metrics = metrics;
        List<Endpoint> addresses = endpoints.stream().map(EndpointState::endpoint).toList();
        this.picker = balancer.picker(addresses);
        this.pools = new ArrayList<>();
        this.poolsByIndex = new EndpointPool[loops.count()][endpoints.size()];
        for (Loop loop : loops.all()) {
            IdentityHashMap<EndpointState, EndpointPool> ofLoop = new IdentityHashMap<>();
            for (int i = 0; i < endpoints.size(); i++) {
                EndpointPool pool = new EndpointPool(this, endpoints.get(i), loop);
                ofLoop.put(endpoints.get(i), pool);
                poolsByIndex[loop.index()][i] = pool;
            }
            pools.add(ofLoop);
        }
    }

    String name() {
        return name;
    }

    /** {@return the pool of the endpoint that the balancer picks for an attempt} */
    EndpointPool pick(int loop, Attempt attempt) {
        return poolsByIndex[loop][picker.pick(attempt)];
    }

    EndpointPool pool(int loop, EndpointState endpoint) {
        return java.util.Objects.requireNonNull(pools.get(loop).get(endpoint));
    }

    List<EndpointState> endpoints() {
        return endpoints;
    }

    HttpUpstream codec() {
        return codec;
    }

    Loops loops() {
        return loops;
    }

    ClusterMetrics metrics() {
        return metrics;
    }

    Duration connectTimeout() {
        return config.connectTimeout();
    }

    Duration responseTimeout() {
        return config.responseTimeout();
    }

    Duration idleTimeout() {
        return config.idleTimeout();
    }

    Duration keepAlive() {
        return config.keepAlive();
    }

    int maxPending() {
        return config.maxPending();
    }

    int maxIdle() {
        return config.maxIdle();
    }

    int maxRequestsPerConnection() {
        return config.maxRequestsPerConnection();
    }

    int retries() {
        return config.retries();
    }

    ClusterConfig config() {
        return config;
    }

    /** Closes the pools, each on its loop. */
    void close() {
        for (Loop loop : loops.all()) {
            if (loop.eventLoop().isShuttingDown()) {
                continue; // it has closed all connections itself
            }
            loop.execute(() -> {
                for (EndpointPool pool : poolsByIndex[loop.index()]) {
                    pool.close();
                }
            });
        }
    }
}
