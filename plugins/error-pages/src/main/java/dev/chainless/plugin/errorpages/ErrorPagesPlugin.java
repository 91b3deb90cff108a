package dev.chainless.plugin.errorpages;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The plugin {@code error-pages}. */
public final class ErrorPagesPlugin implements FilterPlugin<ErrorPagesConfig> {
    private static final long LARGEST_FILE = 1024 * 1024;

    /** Makes the plugin. */
    public ErrorPagesPlugin() {}

    @Override
    public String name() {
        return "error-pages";
    }

    @Override
    public Class<ErrorPagesConfig> config() {
        return ErrorPagesConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(ErrorPagesConfig config, PluginContext context) {
        String text = config.file().map(ErrorPagesPlugin::read).or(config::text).orElse(ErrorPagesConfig.OWN_PAGE);
        var page = Page.of(text, Escaping.of(config.contentType()));
        return new ErrorPages(config.statuses(), page, FieldLine.of(FieldName.CONTENT_TYPE, config.contentType()),
                Preference.over(config.contentType()), config.problemJson(), config.localOnly());
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new IllegalArgumentException("the page " + file + " is larger than 1 MiB");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("the file " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the page " + file + " is not a text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
