package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpEgress;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The places on one connection to an endpoint that carries several exchanges at once. On its loop only. */
final class UpstreamPlaces {
    /** The connection, as its places see it. */
    interface Carrier {
        Channel channel();

        /** {@return what heads are read to} */
        FieldSection section();

        /** {@return the most informational responses of one request} */
        int maxInformational();

        /** {@return the most places that there may be} */
        long most();

        /** {@return whether one more stream may be opened now} */
        boolean takesMore();

        /**
         * {@return whether the endpoint will soon allow more streams, and {@link UpstreamPlace#free} is called then}
         *
         * @param place that is free
         */
        default boolean awaitsMore(UpstreamPlace place) {
            return false;
        }

        /** {@return whether the endpoint has said its settings} */
        boolean hasSettings();

        /** {@return whether the endpoint takes WebSockets} */
        boolean connects();

        /** {@return why requests are not taken any more} */
        String refusal();

        boolean isClosed();

        /**
         * Opens a stream for a place and writes the head of its request.
         *
         * @param last whether no body follows
         * @return null if it could not be opened
         */
        @Nullable UpstreamStream begin(UpstreamPlace place, Head head, boolean last);

        /** Nobody uses the connection any more. */
        void abandon();
    }

    private final Carrier carrier;
    private final List<UpstreamPlace> places = new ArrayList<>();

    UpstreamPlaces(Carrier carrier) {
        this.carrier = carrier;
    }

    Carrier carrier() {
        return carrier;
    }

    /** {@return a new place} */
    UpstreamPlace add(HttpEgress egress) {
        var place = new UpstreamPlace(this, egress);
        places.add(place);
        return place;
    }

    /** {@return one more place, null if the endpoint allows no more} */
    @Nullable UpstreamPlace addBeside(HttpEgress egress) {
        return carrier.takesMore() && places.size() < carrier.most() ? add(egress) : null;
    }

    /** A place is given up; the last one takes the connection with it. */
    void remove(UpstreamPlace place) {
        places.remove(place);
        if (places.isEmpty() && !carrier.isClosed()) {
            carrier.abandon();
        }
    }

    /** The endpoint has said its settings. */
    void settled() {
        List.copyOf(places).forEach(UpstreamPlace::settled);
    }

    /** The connection is no more. */
    void gone() {
        for (UpstreamPlace place : List.copyOf(places)) {
            place.gone();
        }
        places.clear();
    }
}
