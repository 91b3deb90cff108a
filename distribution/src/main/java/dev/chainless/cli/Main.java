package dev.chainless.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code bin/chainless}. */
@Command(name = "chainless", subcommands = Main.Version.class)
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Command(name = "version", description = "Prints the version.")
    static final class Version implements Runnable {
        @Override
        public void run() {
            var version = Main.class.getModule().getDescriptor().rawVersion().orElse("unknown");
            System.out.println("chainless " + version);
        }
    }
}
