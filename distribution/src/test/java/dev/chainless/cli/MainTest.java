package dev.chainless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void helpNamesTheCommands() {
        assertEquals(0, execute("--help"));
        for (String command : new String[] {"run", "check", "schema", "plugins", "tls", "version", "bench",
                "completion"}) {
            assertTrue(out.toString().contains("\n  " + command + " "), command);
            assertEquals(0, execute(command, "--help"), command);
        }
        assertEquals("", err.toString());
    }

    @Test
    void nothingToDoIsMisuse() {
        assertEquals(2, execute());
        assertTrue(out.toString().startsWith("Usage: chainless"), out.toString());
    }

    @Test
    void misuseIsOneSentence() {
        assertEquals(2, execute("chek", "a.toml"));
        assertEquals("chainless knows no \"chek\", did you mean check?; chainless --help shows what there is\n",
                err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, execute("run", "--fast"));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("\"--fast\""), err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, execute("check"));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("FILE"), err.toString());
    }

    @Test
    void aFileThatIsNotThereIsOneSentence(@TempDir Path folder) {
        for (String command : new String[] {"run", "check"}) {
            err.getBuffer().setLength(0);
            assertEquals(2, execute(command, folder.resolve("none.toml").toString()));
            assertEquals(1, err.toString().lines().count(), err.toString());
            assertTrue(err.toString().contains("none.toml"), err.toString());
        }
    }

    @Test
    void benchSaysWhereToRunIt() {
        assertEquals(2, execute("bench", "--anything"));
        assertTrue(err.toString().contains("./chainless bench"), err.toString());
    }

    @Test
    void completionIsForTheNameOfTheProgram() {
        assertEquals(0, execute("completion"));
        assertTrue(out.toString().contains("complete -F _complete_chainless"), out.toString());
    }
}
