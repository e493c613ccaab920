package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtocolTest {
    private static final List<String> GOOD =
            List.of("3\t1", "A\t1\t2", "A\t1\tB\t1", "C C\t1\t12", "C C\t2\tD\t1", "E\t3\t4", "E\t3\tF\t5", "");

    @Nested
    class Pairs {
        @Test
        void foldsPairsAndLabelsComeAsWritten() {
            PairsFile file = PairsFile.parse("pairs.txt", GOOD);
            assertThat(file.folds()).isEqualTo(3);
            assertThat(file.pairs()).hasSize(6);
            assertThat(file.pairs().get(2).first().path()).isEqualTo("C C/C C_0001");
            assertThat(file.pairs().get(2).second().path()).isEqualTo("C C/C C_0012");
            assertThat(file.pairs()).extracting(PairsFile.Pair::fold).containsExactly(0, 0, 1, 1, 2, 2);
            assertThat(file.pairs())
                    .extracting(PairsFile.Pair::same)
                    .containsExactly(true, false, true, false, true, false);
        }

        @Test
        void theFullSetHasTenFoldsByItsHeader() {
            List<String> lines = new ArrayList<>(List.of("10\t300"));
            for (int fold = 0; fold < 10; fold++) {
                for (int k = 0; k < 300; k++) {
                    lines.add("Same_" + fold + "_" + k + "\t1\t4");
                }
                for (int k = 0; k < 300; k++) {
                    lines.add("One_" + fold + "_" + k + "\t2\tOther_" + fold + "\t" + (k + 1));
                }
            }
            PairsFile file = PairsFile.parse("pairs.txt", lines);
            assertThat(file.folds()).isEqualTo(10);
            assertThat(file.pairs()).hasSize(6000);
            assertThat(file.pairs().stream().filter(PairsFile.Pair::same)).hasSize(3000);
            assertThat(file.pairs().get(5999).fold()).isEqualTo(9);
            assertThat(file.pairs().get(5999).second().path()).isEqualTo("Other_9/Other_9_0300");
            assertRefused(lines.subList(0, 6000), "line 6001: found the end of the file");
        }

        @Test
        void malformedLinesAreNamedByNumber() {
            assertRefused(
                    with(2, "A\t1\tB\t1\tC"), "pairs.txt line 3: found 'A\t1\tB\t1\tC', expected name, number, name");
            assertRefused(with(3, "C\tone\t2"), "line 4: found 'one'");
            assertRefused(with(3, "C\t0\t2"), "line 4: found '0', expected an image number from 1");
            assertRefused(with(4, "C\t2\tC\t1"), "line 5: found 'C\t2\tC\t1', expected two different people");
            assertRefused(
                    GOOD.subList(0, 5),
                    "line 6: found the end of the file, expected name, number, number (pair 1 of 1");
            assertRefused(with(7, "G\t1\t2"), "line 8: found 'G\t1\t2', expected the end of the file");
            assertRefused(List.of(), "line 1: found nothing");
            assertRefused(with(0, "many"), "line 1: found 'many'");
        }

        @Test
        void oneFoldIsTooFew() {
            assertRefused(List.of("1\t1", "A\t1\t2", "A\t1\tB\t1"), "line 1: found 1 fold, expected at least two");
        }

        private void assertRefused(List<String> lines, String message) {
            assertThatThrownBy(() -> PairsFile.parse("pairs.txt", lines))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining(message)
                    .hasMessageContaining("#pairs-file");
        }

        private List<String> with(int index, String line) {
            List<String> lines = new ArrayList<>(GOOD);
            lines.set(index, line);
            return lines;
        }

        @Test
        void missingFileIsAnErrorWithTheWayOut(@TempDir Path folder) {
            assertThatThrownBy(() -> PairsFile.read(folder.resolve("none.txt")))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("none.txt can't be read");
        }
    }

    @Nested
    class Groups {
        @Test
        void peopleHaveAtMostOneGroup() {
            GroupsFile groups = GroupsFile.parse("g.csv", List.of("person,group", "A,x", "B,y", "", "A,x"));
            assertThat(groups.groupOf("A")).contains("x");
            assertThat(groups.groupOf("C")).isEmpty();
            assertThatThrownBy(() -> GroupsFile.parse("g.csv", List.of("person,group", "A,x", "A,y")))
                    .hasMessageContaining("line 3: found a second group for A");
        }

        @Test
        void malformedLinesAreNamedByNumber() {
            assertThatThrownBy(() -> GroupsFile.parse("g.csv", List.of("person,group", "A;x")))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("g.csv line 2: found 'A;x'");
            assertThatThrownBy(() -> GroupsFile.parse("g.csv", List.of("A,x")))
                    .hasMessageContaining("line 1: found 'A,x', expected 'person,group'");
        }

        @Test
        void unknownPeopleAreCountedAndNamed() {
            GroupsFile groups = GroupsFile.parse("g.csv", List.of("person,group", "A,x", "B,y", "C,y"));
            groups.requireKnown(List.of("A", "B", "C", "D"));
            assertThatThrownBy(() -> groups.requireKnown(List.of("A")))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("2 of the 3 people")
                    .hasMessageContaining("B, C");
        }
    }

    @Nested
    class Images {
        @TempDir
        Path folder;

        private void touch(String name) throws IOException {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[] {1});
        }

        @Test
        void jpegAndPngAreFoundByPersonAndNumber() throws IOException {
            touch("A/A_0001.jpg");
            touch("A/A_0002.png");
            ImageFolder images = new ImageFolder(folder);
            assertThat(images.find(new PairsFile.Photo("A", 1))).contains(folder.resolve("A/A_0001.jpg"));
            assertThat(images.find(new PairsFile.Photo("A", 2))).contains(folder.resolve("A/A_0002.png"));
            assertThat(images.find(new PairsFile.Photo("A", 3))).isEmpty();
            assertThat(images.all().keySet()).containsExactly(new PairsFile.Photo("A", 1), new PairsFile.Photo("A", 2));
        }

        @Test
        void missingImagesAreCountedAndListedUnlessSkipped() throws IOException {
            touch("A/A_0001.jpg");
            ImageFolder images = new ImageFolder(folder);
            List<PairsFile.Photo> photos = List.of(new PairsFile.Photo("A", 1), new PairsFile.Photo("B", 7));
            assertThatThrownBy(() -> images.find(photos, false))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("1 of 2 images are not in")
                    .hasMessageContaining("B/B_0007")
                    .hasMessageContaining("--skip-missing");
            assertThat(images.find(photos, true)).containsOnlyKeys(photos.get(0));
        }

        @Test
        void emptyOrMissingFoldersAreErrors() {
            assertThatThrownBy(() -> new ImageFolder(folder.resolve("none")))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("is no folder");
            ImageFolder empty = new ImageFolder(folder);
            assertThatThrownBy(empty::all).hasMessageContaining("holds no images");
        }
    }
}
