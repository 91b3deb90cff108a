package dev.chainless.tests.bench;

import java.nio.file.Path;
import java.util.List;

/// The program of `floor.c`, which copies bytes between two sockets and looks at nothing.
record Floor(Path program) implements Contender {

    @Override
    public String name() {
        return "floor";
    }

    @Override
    public String version() {
        return "floor.c";
    }

    @Override
    public boolean peer() {
        return false;
    }

    @Override
    public boolean worksAlike() {
        return false;
    }

    @Override
    public List<String> command(Place place) {
        return List.of(program.toString(), Integer.toString(place.port()), Integer.toString(place.originPort()));
    }
}
