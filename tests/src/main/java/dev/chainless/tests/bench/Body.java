package dev.chainless.tests.bench;

import java.util.regex.Pattern;

/// The response body of a work item, `label` being both its name in the tables and its file name at the origin.
///
/// @param bytes from 1 to 64 MiB
record Body(String label, int bytes) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})([km]?)");
    private static final int MAX_BYTES = 64 << 20;

    /// {@return the body called `label`, such as `1k`, `100k` or `2m`}
    static Body of(String label) {
        var form = FORM.matcher(label);
        if (!form.matches()) {
            throw new UsageException("--body takes sizes such as 1k, 100k or 2m, not \"" + label + "\"");
        }
        long unit = switch (form.group(2)) {
            case "k" -> 1 << 10;
            case "m" -> 1 << 20;
            default -> 1;
        };
        long bytes = Long.parseLong(form.group(1)) * unit;
        if (bytes > MAX_BYTES) {
            throw new UsageException("--body " + label + " is larger than 64m");
        }
        return new Body(label, (int) bytes);
    }
}
