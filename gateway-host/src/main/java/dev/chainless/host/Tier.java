package dev.chainless.host;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;
import java.util.List;

/** Endpoints among which the balancer chooses freely: those of zones that are equally near. Immutable. */
final class Tier {
    /** How often another endpoint than the one that failed is asked for, before it is taken again. */
    private static final int OTHERS = 3;

    private final Member[] members;
    private final Balancer.Picker picker;

    /**
     * Prepares the choice. Off the loops.
     *
     * @param members at least one
     */
    Tier(List<Member> members, Balancer balancer) {
        this.members = members.toArray(Member[]::new);
        this.picker = balancer.picker(List.copyOf(members));
    }

    List<Member> members() {
        return List.of(members);
    }

    /** {@return the index of a member for an attempt, if it can be had not the one of the attempt before} */
    int pick(Attempt attempt, EndpointState before) {
        int picked = picker.pick(attempt);
        for (int i = 0; i < OTHERS && members.length > 1 && members[picked].state() == before; i++) {
            picked = picker.pick(attempt);
        }
        return picked;
    }

    Member member(int picked) {
        return members[picked];
    }

    Balancer.Picker picker() {
        return picker;
    }
}
