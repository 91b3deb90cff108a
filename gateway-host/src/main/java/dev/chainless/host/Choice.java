package dev.chainless.host;

import dev.chainless.config.NodeConfig;
import dev.chainless.config.ZonesConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Endpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests of a cluster go at the moment: which share of them to which tier. Made anew, off the loops, whenever the
 * endpoints or their health change; a loop reads one field.
 *
 * <p>Tiers are in the order of priority, then of cost: the own zone first, then the region, unless the configuration says
 * otherwise. Each takes what comes to it as far as its healthy endpoints can, which are taken to have room for some more
 * than their share (over-provisioning), and the next one the rest; where all of them together cannot, each takes in relation to
 * what it can. A tier none of whose endpoints is healthy takes nothing, so that a dead zone fails over whole. Where no other tier
 * can help, and so many of its endpoints are said to be ill that this is hardly true, a tier uses all of them (panic).
 */
final class Choice {
    /** 64 bytes between the cells of two loops, and as many before the first: the array's length lies there. */
    private static final int STRIDE = 16;
    private static final int ALL = 1 << 16;
    /** An odd number near the golden section of 65536: turns in these steps spread any shares evenly. */
    private static final int STEP = 40_503;

    private final Tier[] tiers;
    /** The shares, each with those before it, in parts of 65536. */
    private final int[] upTo;
    private final int[] turns;
    private final @Nullable StickyTable sticky;

    private Choice(List<Tier> tiers, int[] upTo, int loops, @Nullable Sticky sticky) {
        this.tiers = tiers.toArray(Tier[]::new);
        this.upTo = upTo;
        this.sticky = sticky == null ? null : new StickyTable(sticky, tiers);
        this.turns = new int[(loops + 1) * STRIDE];
        for (int loop = 0; loop < loops; loop++) {
            turns[(loop + 1) * STRIDE] = loop * 7919;
        }
    }

    /** {@return the choice where there is nothing to choose from} */
    static Choice none() {
        return new Choice(List.of(), new int[0], 0, null);
    }

    /**
     * Makes the choice.
     *
     * @param members of all tiers
     * @param healthy which of them should get requests
     * @param sticky how cookies name endpoints, null for not at all
     */
    static Choice of(List<Member> members, Predicate<Member> healthy, ZonesConfig zones, NodeConfig node,
            Balancer balancer, @Nullable Sticky sticky, int loops) {
        Map<Long, List<Member>> byRank = new TreeMap<>();
        for (Member member : members) {
            Endpoint endpoint = member.endpoint();
            long rank = ((long) endpoint.priority() << 32) + cost(endpoint, zones, node);
            byRank.computeIfAbsent(rank, _ -> new ArrayList<>()).add(member);
        }
        List<List<Member>> all = List.copyOf(byRank.values());
        List<List<Member>> well = all.stream().map(tier -> tier.stream().filter(healthy).toList()).toList();
        double[] capacities = new double[all.size()];
        for (int i = 0; i < capacities.length; i++) {
            capacities[i] = capacity(all.get(i), well.get(i), zones);
        }
        double capacity = Arrays.stream(capacities).sum();
        double[] shares = shares(all, capacities, capacity, zones);
        List<Tier> tiers = new ArrayList<>();
        List<Integer> upTo = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] > 0) {
                sum += shares[i];
                boolean panic = capacity < 1 && healthyPercent(all.get(i), well.get(i)) < zones.panicThreshold();
                tiers.add(new Tier(panic ? all.get(i) : well.get(i), balancer));
                upTo.add((int) Math.round(sum * ALL));
            }
        }
        if (!upTo.isEmpty()) {
            upTo.set(upTo.size() - 1, ALL);
        }
        return new Choice(tiers, upTo.stream().mapToInt(Integer::intValue).toArray(), loops, sticky);
    }

    private static int cost(Endpoint endpoint, ZonesConfig zones, NodeConfig node) {
        Integer said = zones.cost().get(endpoint.zone());
        if (said != null) {
            return said;
        }
        if (node.zone().isEmpty() && node.region().isEmpty()) {
            return 0; // who does not know where it is takes all zones alike
        }
        if (!node.zone().isEmpty() && node.zone().equals(endpoint.zone())) {
            return 0;
        }
        return !node.region().isEmpty() && node.region().equals(endpoint.region()) ? 1 : 2;
    }

    private static double healthyPercent(List<Member> all, List<Member> well) {
        return 100.0 * weight(well) / weight(all);
    }

    private static long weight(List<Member> members) {
        return members.stream().mapToLong(member -> member.endpoint().weight()).sum();
    }

    /** {@return what a tier can take, 1 for all requests there are} */
    private static double capacity(List<Member> all, List<Member> well, ZonesConfig zones) {
        return Math.min(1, healthyPercent(all, well) / 100 * zones.overProvisioning() / 100);
    }

    private static double[] shares(List<List<Member>> all, double[] capacities, double sum, ZonesConfig zones) {
        double[] shares = new double[capacities.length];
        if (sum == 0) {
            // Nobody is healthy: in panic all are tried alike, else nobody.
            long weight = all.stream().mapToLong(Choice::weight).sum();
            for (int i = 0; i < shares.length && zones.panicThreshold() > 0; i++) {
                shares[i] = (double) weight(all.get(i)) / weight;
            }
            return shares;
        }
        double left = 1;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = sum < 1 ? capacities[i] / sum : Math.min(left, capacities[i]);
            left -= shares[i];
        }
        return shares;
    }

    List<Tier> tiers() {
        return List.of(tiers);
    }

    /** {@return the share of a tier, in parts of 65536} */
    int share(int tier) {
        return upTo[tier] - (tier == 0 ? 0 : upTo[tier - 1]);
    }

    /** {@return which endpoints cookies name, null if none do} */
    @Nullable StickyTable sticky() {
        return sticky;
    }

    boolean isEmpty() {
        return tiers.length == 0;
    }

    /** {@return the tier whose turn it is. On the loop; only if there are any} */
    Tier tier(int loop) {
        if (tiers.length == 1) {
            return tiers[0];
        }
        int cell = (loop + 1) * STRIDE;
        int turn = (turns[cell] + STEP) & (ALL - 1);
        turns[cell] = turn;
        int tier = 0;
        while (turn >= upTo[tier]) {
            tier++;
        }
        return tiers[tier];
    }
}
