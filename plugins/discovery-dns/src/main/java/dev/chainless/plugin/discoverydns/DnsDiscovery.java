package dev.chainless.plugin.discoverydns;

import dev.chainless.plugin.discoverydns.DnsConfig.Family;
import dev.chainless.spi.Discovery;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.PluginContext;
import io.netty.handler.codec.dns.DnsRecordType;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps asking, and tells the endpoints that come of it. All but {@link #close} on one thread at a time. */
final class DnsDiscovery implements Discovery {
    private static final int MOST_AT_ONCE = 32;

    private final DnsConfig config;
    private final PluginContext context;
    private final NameServers servers;
    private final Consumer<List<Endpoint>> found;
    private final Map<Question, Known> known = new HashMap<>();
    private @Nullable List<Endpoint> told;

    DnsDiscovery(DnsConfig config, PluginContext context, NameServers servers, Consumer<List<Endpoint>> found) {
        this.config = config;
        this.context = context;
        this.servers = servers;
        this.found = found;
    }

    @Override
    public void close() {
        servers.close();
    }

    /** Asks what is due, and sleeps until something is due again. */
    void work() {
        try {
            TimeUnit.NANOSECONDS.sleep(askDue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the host ends it
        }
    }

    /** {@return the time until something is due again, after what was due was asked and what came of it was told} */
    long askDue() throws InterruptedException {
        Set<Question> used = new LinkedHashSet<>();
        if (config.srv()) {
            config.name().forEach(name -> used.add(Question.of(name, DnsRecordType.SRV)));
            learn(used);
            services().forEach(service -> addAddresses(service.target(), used));
        } else {
            config.name().forEach(name -> addAddresses(name, used));
        }
        learn(used);
        known.keySet().retainAll(used);
        List<Endpoint> now = config.srv() ? ofServices() : ofNames();
        // Whose answer is awaited may be all there is: until then, no endpoint is not the same as none.
        boolean tells = !now.isEmpty() || known.values().stream().allMatch(Known::isDefinite);
        if (tells && !now.equals(told)) {
            told = now;
            if (now.isEmpty()) {
                context.logger().log(Level.WARNING, "There is no address of " + String.join(", ", config.name()));
            }
            found.accept(now);
        }
        long moment = context.nanoTime();
        return Math.max(0, known.values().stream().mapToLong(each -> each.due() - moment).min().orElse(0));
    }

    // ---- questions

    private void addAddresses(String name, Set<Question> used) {
        if (config.family() != Family.IPV6) {
            used.add(Question.of(name, DnsRecordType.A));
        }
        if (config.family() != Family.IPV4) {
            used.add(Question.of(name, DnsRecordType.AAAA));
        }
    }

    /** Asks those questions that are due, all at once. */
    private void learn(Collection<Question> questions) throws InterruptedException {
        long now = context.nanoTime();
        Map<Known, Future<Answer>> answers = new LinkedHashMap<>();
        var slots = new Semaphore(MOST_AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Question question : questions) {
                Known about = known.computeIfAbsent(question,
                        _ -> new Known(question, config, context.logger(), now));
                if (about.due() - now <= 0) {
                    answers.put(about, threads.submit(asking(question, slots)));
                }
            }
            for (var each : answers.entrySet()) {
                each.getKey().learn(answer(each.getValue(), threads), context.nanoTime());
            }
        }
    }

    private static Answer answer(Future<Answer> future, ExecutorService threads) throws InterruptedException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            threads.shutdownNow();
            throw e;
        } catch (ExecutionException e) {
            return new Answer.Failed("could not be asked: " + e.getCause());
        }
    }

    private Callable<Answer> asking(Question question, Semaphore slots) {
        return () -> {
            slots.acquire();
            try {
                return servers.ask(question);
            } finally {
                slots.release();
            }
        };
    }

    // ---- endpoints

    private List<Endpoint> ofNames() {
        int port = config.port().orElseThrow();
        return config.name().stream().flatMap(name -> addresses(name).stream()).distinct()
                .map(host -> new Endpoint(host, port, 1)).toList();
    }

    private List<Endpoint> ofServices() {
        List<Datum.Service> services = services();
        // Where addresses share a target, they share its weight: a target with two of them is no larger than it said.
        List<Share> shares = new ArrayList<>();
        List<Integer> priorities = services.stream().map(Datum.Service::priority).distinct().sorted().toList();
        for (Datum.Service service : services) {
            List<String> hosts = addresses(service.target());
            int rank = Math.min(127, priorities.indexOf(service.priority()));
            hosts.forEach(host -> shares.add(
                    new Share(host, service.port(), (double) service.weight() / hosts.size(), rank)));
        }
        return Share.endpoints(shares);
    }

    private List<Datum.Service> services() {
        return config.name().stream().flatMap(name -> data(name, DnsRecordType.SRV).stream())
                .map(Datum.Service.class::cast).distinct().toList();
    }

    private List<String> addresses(String name) {
        List<String> four = hosts(name, DnsRecordType.A);
        List<String> six = hosts(name, DnsRecordType.AAAA);
        return switch (config.family()) {
            case PREFER_IPV4 -> four.isEmpty() ? six : four;
            case PREFER_IPV6 -> six.isEmpty() ? four : six;
            case IPV4 -> four;
            case IPV6 -> six;
            case BOTH -> Stream.concat(four.stream(), six.stream()).toList();
        };
    }

    private List<String> hosts(String name, DnsRecordType type) {
        return data(name, type).stream().map(datum -> ((Datum.Address) datum).host()).toList();
    }

    private List<Datum> data(String name, DnsRecordType type) {
        Known about = known.get(Question.of(name, type));
        return about == null ? List.of() : about.data();
    }
}
