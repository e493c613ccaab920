package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class EvalCommandTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void reset() {
        TestStages.reset();
    }

    private int run(String... arguments) {
        return new CommandLine(new EvalCommand())
                .setErr(new PrintWriter(err))
                .setOut(new PrintWriter(out))
                .execute(arguments);
    }

    private int verification(Path pairs, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "verification",
                "--images",
                folder.resolve("images").toString(),
                "--pairs",
                pairs.toString(),
                "--cache",
                folder.resolve("cache").toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(new String[0]));
    }

    @Test
    void missingImagesAreCountedAndNamed() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        Files.delete(folder.resolve("images/P0_1/P0_1_0002.png"));
        assertThat(verification(pairs)).isEqualTo(2);
        assertThat(err.toString()).contains("1 of 8 images are not in", "P0_1/P0_1_0002", "--skip-missing");
        assertThat(folder.resolve("cache")).doesNotExist();
    }

    @Test
    void aChangeThatIsNotKnownIsNamedBesideThoseThatAre() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        String[] arguments = {
            "robustness",
            "--images",
            folder.resolve("images").toString(),
            "--pairs",
            pairs.toString(),
            "--cache",
            folder.resolve("cache").toString(),
            "--changes",
            "dark,fog"
        };
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString()).contains("dark, cover, reduce, jpeg, motion, rotate", "'fog'");
    }

    @Test
    void malformedLinesAreToldByNumber() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        Files.writeString(pairs, Files.readString(pairs).replace("P0_1\t1\t2", "P0_1\t1"));
        assertThat(verification(pairs)).isEqualTo(2);
        assertThat(err.toString()).contains("pairs.txt line 3: found 'P0_1\t1'");
    }

    @Test
    void unknownPeopleInGroupsAreAnError() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        Path groups = folder.resolve("groups.csv");
        Files.writeString(groups, "person,group\nNobody,x\n");
        assertThat(verification(pairs, "--groups", groups.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("1 of the 1 people in the groups file are in no pair: Nobody");
    }

    @Test
    void anUnwritableOutputIsToldBeforeTheWork() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        Path file = folder.resolve("file");
        Files.writeString(file, "");
        assertThat(verification(pairs, "--out", file.resolve("sub").toString())).isEqualTo(6);
        assertThat(err.toString()).contains("can't write to");
        assertThat(TestStages.DETECTED.get()).isZero();
    }

    @Test
    void wrongSettingsAreToldBeforeTheWork() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        assertThat(verification(pairs, "--resamples", "5")).isEqualTo(2);
        assertThat(verification(pairs, "--cores", "0")).isEqualTo(2);
        assertThat(verification(pairs, "--aligner", "crop:margin=999")).isEqualTo(2);
        assertThat(verification(pairs, "--aligner", "similarity:antialias=yes")).isEqualTo(2);
        assertThat(verification(pairs, "--aligner", "similarity:margin=3")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--resamples is at least 100, found 5")
                .contains("--cores is at least 1, found 0")
                .contains("aligner 'crop:margin=999': a margin lies in [0, 160) pixels, found 999")
                .contains("found antialias=yes, expected true or false")
                .contains("[margin] is not known");
        assertThat(TestStages.DETECTED.get()).isZero();
    }

    @Test
    void aReportNeedsAFolder() throws IOException {
        Path pairs = TestStages.draw(folder, 2, 2);
        assertThat(run("report", "--images", folder.resolve("images").toString(), "--pairs", pairs.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("found no --out");
    }

    @Test
    void withoutASubcommandTheChoicesAreNamed() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("verification", "calibrate", "report");
    }

    @Test
    void alignersAreReadWithTheirSettings() {
        assertThat(AlignerChoice.parse("similarity:scale=0.9,antialias=true").provider())
                .isPresent();
        assertThat(AlignerChoice.parse("my-own").provider()).isEmpty();
        assertThat(AlignerChoice.parse("my-own").name()).isEqualTo("my-own");
    }
}
