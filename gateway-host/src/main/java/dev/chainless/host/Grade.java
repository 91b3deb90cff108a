package dev.chainless.host;

import dev.chainless.config.OverloadConfig;
import dev.chainless.config.RouteConfig;

/** How overloaded the gateway is, and so what it does about that. In order; each does what those before it do, too. */
enum Grade {
    /** There is room. */
    NONE(0),
    /** Connections of HTTP/1.1 are closed behind a response. */
    NO_KEEP_ALIVE(1),
    /** Idle connections to endpoints are closed. */
    SHRINK_POOLS(2),
    /** Requests of low priority are refused. */
    REFUSE_LOW(3),
    /** Requests of normal priority are refused. */
    REFUSE_NORMAL(4),
    /** No connection is accepted. */
    STOP_ACCEPTING(5);

    /** By how many percent there must be more room than there was, so that nothing goes to and fro. */
    private static final int SLACK = 3;

    private final int number;

    Grade(int number) {
        this.number = number;
    }

    /** {@return 0 for none, more the worse it is; for a metric} */
    int number() {
        return number;
    }

    /** {@return whether it is at least as bad as another} */
    boolean atLeast(Grade other) {
        return compareTo(other) >= 0;
    }

    boolean refuses(RouteConfig.Priority priority) {
        return switch (priority) {
            case LOW -> atLeast(REFUSE_LOW);
            case NORMAL -> atLeast(REFUSE_NORMAL);
            case HIGH -> false;
        };
    }

    /** {@return the grade where so much is in use, after this one} */
    Grade next(int percent, OverloadConfig config) {
        Grade next = NONE;
        for (Grade grade : values()) {
            int from = switch (grade) {
                case NONE -> 0;
                case NO_KEEP_ALIVE -> config.noKeepAlive();
                case SHRINK_POOLS -> config.shrinkPools();
                case REFUSE_LOW -> config.refuseLow();
                case REFUSE_NORMAL -> config.refuseNormal();
                case STOP_ACCEPTING -> config.stopAccepting();
            };
            if (percent >= (atLeast(grade) ? from - SLACK : from)) {
                next = grade;
            }
        }
        return next;
    }
}
