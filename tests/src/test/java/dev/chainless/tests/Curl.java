package dev.chainless.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The client that everybody has. */
final class Curl {
    private Curl() {}

    /** {@return what curl prints} */
    static String run(String... arguments) {
        var command =
                new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            var errors = new java.util.concurrent.FutureTask<>(
                    () -> new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            Thread.ofVirtual().start(errors);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("curl does not end");
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        String.join(" ", command) + " ended with " + process.exitValue() + ": " + output
                                + errors.get());
            }
            return output;
        } catch (IOException | InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Skips a test, aloud, where a program is not installed. */
    static void assumeInstalled(String program) {
        boolean installed = List.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":")).stream()
                .anyMatch(folder -> java.nio.file.Files.isExecutable(java.nio.file.Path.of(folder, program)));
        if (!installed) {
            System.out.println("SKIPPED: " + program + " is not installed");
        }
        org.junit.jupiter.api.Assumptions.assumeTrue(installed, program + " is not installed");
    }
}
