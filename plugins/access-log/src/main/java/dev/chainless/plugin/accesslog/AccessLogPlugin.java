package dev.chainless.plugin.accesslog;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The plugin {@code access-log}. */
public final class AccessLogPlugin implements FilterPlugin<AccessLogConfig> {
    /** A line is in the file after a quarter of the 200 ms that users are promised, if the disk keeps up. */
    private static final Duration PERIOD = Duration.ofMillis(50);

    /** Makes the plugin. */
    public AccessLogPlugin() {}

    @Override
    public String name() {
        return "access-log";
    }

    @Override
    public Class<AccessLogConfig> config() {
        return AccessLogConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(AccessLogConfig config, PluginContext context) {
        Optional<Path> file = config.file();
        Sink sink = file.isPresent()
                ? new LogFile(checked(file.get()), config.rotateSize().bytes(), config.keep(), context::nanoTime)
                : new StandardOutput();
        var journal = new Journal(sink, (int) config.buffer().bytes(), context);
        context.every(PERIOD, journal::drain);
        int maxField = (int) config.maxField().bytes();
        Layout layout = switch (config.format()) {
            case JSON -> new JsonLayout(maxField);
            case COMMON -> new CommonLayout(maxField, false);
            case COMBINED -> new CommonLayout(maxField, true);
        };
        return new LogStage(layout, journal, new Clocks(context));
    }

    private static Path checked(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + " is a folder; name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("the folder " + folder + " does not exist");
        }
        boolean writable = Files.exists(file) ? Files.isWritable(file) : Files.isWritable(folder);
        if (!writable) {
            throw new IllegalArgumentException("this process may not write to " + file);
        }
        return file.toAbsolutePath();
    }
}
