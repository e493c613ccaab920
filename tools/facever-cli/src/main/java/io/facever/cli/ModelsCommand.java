package io.facever.cli;

import io.facever.ModelDescription;
import io.facever.models.ModelStatus;
import io.facever.models.ModelStore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code facever models}. */
@Command(name = "models", description = "Shows, fetches and checks the models.")
final class ModelsCommand implements Runnable {
    private static final double MEGABYTE = 1e6;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    ModelsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }

    @Command(name = "list", description = "Shows the known models, and which are in the cache.")
    int list() {
        ModelStore store = ModelStore.builder().build();
        Map<String, List<ModelStatus>> states =
                store.check().stream().collect(Collectors.groupingBy(ModelStatus::model));
        PrintWriter out = FaceverCommand.out(spec);
        out.printf("%-24s %-22s %9s  %-13s %s%n", "id", "architecture", "dimension", "in the cache", "licence");
        for (ModelDescription model : store.models()) {
            out.printf(
                    "%-24s %-22s %9s  %-13s %s%n",
                    model.id(),
                    model.architecture(),
                    model.dimension() == 0 ? "-" : model.dimension(),
                    state(states.getOrDefault(model.id(), List.of())),
                    model.licence());
        }
        out.flush();
        return ExitStatus.OK;
    }

    private static String state(List<ModelStatus> networks) {
        return networks.stream()
                .map(ModelStatus::state)
                // the worst of them: absent is declared before whole, altered after it
                .max(Comparator.comparingInt(ModelsCommand::severity))
                .map(ModelsCommand::word)
                .orElse("no");
    }

    private static int severity(ModelStatus.State state) {
        return switch (state) {
            case WHOLE -> 0;
            case ABSENT -> 1;
            case ALTERED -> 2;
        };
    }

    private static String word(ModelStatus.State state) {
        return switch (state) {
            case WHOLE -> "yes";
            case ABSENT -> "no";
            case ALTERED -> "altered";
        };
    }

    @Command(name = "pull", description = "Fetches models, checks and converts them; all of them if none is named.")
    int pull(@Parameters(paramLabel = "ID", arity = "0..*", description = "Ids of models.") List<String> ids) {
        try (PreparationProgress progress =
                PreparationProgress.on(spec.commandLine().getErr())) {
            ModelStore store = ModelStore.builder().progress(progress).build();
            List<String> wanted = ids == null || ids.isEmpty()
                    ? store.models().stream().map(ModelDescription::id).toList()
                    : ids;
            // an unknown id is found before the first fetch
            wanted.forEach(store::describe);
            PrintWriter out = FaceverCommand.out(spec);
            for (String id : wanted) {
                store.pull(id);
                out.println(id + " is ready");
                out.flush();
            }
            return ExitStatus.OK;
        }
    }

    @Command(
            name = "verify",
            description = "Hashes every model in the cache.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {"0:all that is there is whole", "5:a file was altered; the next use makes it again"})
    int verify() {
        List<ModelStatus> found = ModelStore.builder().build().check();
        PrintWriter out = FaceverCommand.out(spec);
        for (ModelStatus one : found) {
            out.printf(
                    Locale.ROOT,
                    "%-24s %-10s %s%n",
                    one.model(),
                    one.network(),
                    switch (one.state()) {
                        case WHOLE -> "whole: " + one.file();
                        case ABSENT -> String.format(
                                Locale.ROOT, "not fetched yet (%.1f MB)", one.sourceBytes() / MEGABYTE);
                        case ALTERED -> "ALTERED, the next use makes it again: " + one.file();
                    });
        }
        out.flush();
        boolean altered = found.stream().anyMatch(one -> one.state() == ModelStatus.State.ALTERED);
        return altered ? ExitStatus.UNAVAILABLE : ExitStatus.OK;
    }

    @Command(name = "path", description = "Shows the cache folder.")
    int path() {
        PrintWriter out = FaceverCommand.out(spec);
        out.println(ModelStore.builder().build().cache());
        out.flush();
        return ExitStatus.OK;
    }

    @Command(name = "import", description = "Adds weights of your own, a state dict as PyTorch saves it.")
    int add(
            @Option(
                            names = "--architecture",
                            required = true,
                            paramLabel = "NAME",
                            description = "Which network, as in inception-resnet-v1.")
                    String architecture,
            @Option(names = "--id", paramLabel = "ID", description = "What to call it; the file's name if not set.")
                    String id,
            @Parameters(paramLabel = "FILE", description = "The weights.") Path file) {
        ModelStore store = ModelStore.builder().build();
        ModelDescription model = store.importModel(id == null ? idOf(file) : id, architecture, file);
        PrintWriter out = FaceverCommand.out(spec);
        out.println(model.id() + " is ready: " + model.dimension() + " dimensions; use it with --model " + model.id());
        out.flush();
        return ExitStatus.OK;
    }

    /** The file's name without its end, in the characters that an id may have. */
    private static String idOf(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name).replaceAll("[^a-z0-9]+", "-");
    }
}
