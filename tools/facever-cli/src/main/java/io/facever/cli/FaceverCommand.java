package io.facever.cli;

import io.facever.eval.EvalCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code facever}. */
@Command(
        name = "facever",
        description = "Tells whether two photos show the same person.",
        mixinStandardHelpOptions = true,
        versionProvider = FaceverCommand.Version.class,
        scope = ScopeType.INHERIT,
        // a new command is added here, and nowhere else
        subcommands = {
            VerifyCommand.class,
            DetectCommand.class,
            EmbedCommand.class,
            LivenessCommand.class,
            ModelsCommand.class,
            EnginesCommand.class,
            GalleryCommand.class,
            EvalCommand.class
        })
public final class FaceverCommand implements Runnable {
    /** Read by slf4j-simple when the first logger is made. */
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    @Spec
    private CommandSpec spec;

    private boolean verbose;

    /** Made by {@link #commandLine()}. */
    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    FaceverCommand() {}

    /**
     * Runs the command and ends the JVM with its {@link ExitStatus}.
     *
     * @param args see {@code facever --help}
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with all its subcommands, to be run once. */
    public static CommandLine commandLine() {
        FaceverCommand root = new FaceverCommand();
        return new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Errors::usage)
                .setExecutionExceptionHandler((failure, where, parsed) -> Errors.report(failure, where, root.verbose));
    }

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log what is done, and show the stack trace of an error.")
    void setVerbose(boolean verbose) {
        this.verbose = verbose;
        if (verbose) {
            System.setProperty(LOG_LEVEL, "debug");
        }
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** Result lines go here, and nothing else does. */
    static PrintWriter out(CommandSpec spec) {
        return spec.commandLine().getOut();
    }

    /** Reads the version that the build wrote. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = FaceverCommand.class.getResourceAsStream("version.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            }
            return new String[] {
                "facever " + properties.getProperty("version", "unknown"),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}
