package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.facever.FaceVerifier.Listener.Event;
import io.facever.FaceVerifier.Listener.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerTest {
    private final List<Event> seen = Collections.synchronizedList(new ArrayList<>());

    private FaceVerifier.Builder builder() {
        ModelDescription model =
                Fakes.model().threshold(Threshold.of(0.5, "a test")).build();
        return FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(model))
                .listener(seen::add);
    }

    private static Path photo(Path folder, int faces, int angle) throws IOException {
        return Files.write(folder.resolve(faces + "-" + angle), new byte[] {(byte) faces, (byte) angle, 0});
    }

    @Test
    void seesEachStageWithWhatWentInAndCameOut(@TempDir Path folder) throws IOException {
        try (FaceVerifier verifier = builder().build()) {
            verifier.verify(photo(folder, 2, 0), photo(folder, 1, 20));
        }
        assertThat(seen)
                .extracting(Event::stage, Event::inputs, Event::outputs)
                .containsExactlyInAnyOrder(
                        tuple(Stage.DECODE, 1, 1),
                        tuple(Stage.DECODE, 1, 1),
                        tuple(Stage.DETECT, 1, 2),
                        tuple(Stage.DETECT, 1, 1),
                        tuple(Stage.ALIGN, 1, 1),
                        tuple(Stage.ALIGN, 1, 1),
                        tuple(Stage.EMBED, 2, 2),
                        tuple(Stage.DECIDE, 1, 1));
        assertThat(seen).allSatisfy(event -> {
            assertThat(event.duration()).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(event.failure()).isEmpty();
            assertThat(event.outcome().isPresent()).isEqualTo(event.stage() == Stage.DECIDE);
        });
    }

    @Test
    void seesEveryDecisionOnceAlsoOneThatNeedsNoComparison() {
        Image none = Fakes.image(200, 200, 0);
        Image one = Fakes.image(200, 200, 1, 0);
        Image two = Fakes.image(200, 200, 2, 0);
        try (FaceVerifier verifier =
                builder().faceSelection(FaceSelection.ALL_PAIRS).build()) {
            verifier.verify(two, two);
            verifier.verify(one, none);
            Embedding embedding = verifier.embed(one).orElseThrow();
            verifier.compare(embedding, embedding);
        }
        assertThat(seen)
                .filteredOn(event -> event.stage() == Stage.DECIDE)
                .extracting(Event::inputs, event -> event.outcome().orElseThrow())
                .containsExactly(tuple(4, Outcome.MATCH), tuple(0, Outcome.INCONCLUSIVE), tuple(1, Outcome.MATCH));
    }

    @Test
    void seesChecksOfLivenessWhereTheyAreAskedFor() {
        Image photo = Fakes.image(200, 200, 1, 0);
        try (FaceVerifier verifier =
                builder().liveness(Liveness.of((image, face) -> 0.9)).build()) {
            verifier.verify(photo, photo);
        }
        assertThat(seen)
                .filteredOn(event -> event.stage() == Stage.LIVENESS)
                .extracting(Event::inputs, Event::outputs)
                .containsExactly(tuple(1, 1), tuple(1, 1));
    }

    @Test
    void seesTheFailureThatTheCallerGets(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        try (FaceVerifier verifier = builder().build()) {
            assertThatThrownBy(() -> verifier.decode(empty)).isInstanceOf(ImageException.class);
        }
        assertThat(seen)
                .extracting(Event::stage, Event::inputs, Event::outputs)
                .containsExactly(tuple(Stage.DECODE, 1, 0));
        assertThat(seen.get(0).failure()).containsInstanceOf(ImageException.class);
    }

    @Test
    void aListenerThatFailsChangesNothingForTheCallerAndTheNextListener() {
        Image photo = Fakes.image(200, 200, 1, 0);
        FaceVerifier.Builder builder = FaceVerifier.builder().listener(event -> {
            throw new IllegalStateException("told to fail");
        });
        ModelDescription model =
                Fakes.model().threshold(Threshold.of(0.5, "a test")).build();
        try (FaceVerifier verifier = builder.detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(model))
                .listener(seen::add)
                .build()) {
            assertThat(verifier.verify(photo, photo).outcome()).isEqualTo(Outcome.MATCH);
        }
        assertThat(seen).extracting(Event::stage).contains(Stage.DETECT, Stage.DECIDE);
    }

    @Test
    void theFlightRecorderGetsTheSameAndNothingOfPhotosOrPeople(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("recording.jfr");
        Path empty = Files.createFile(folder.resolve("empty"));
        try (Recording recording = new Recording();
                FaceVerifier verifier = builder().build()) {
            recording.start();
            verifier.verify(photo(folder, 1, 0), photo(folder, 1, 20));
            assertThatThrownBy(() -> verifier.decode(empty)).isInstanceOf(ImageException.class);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.facever."))
                .toList();

        assertThat(events)
                .extracting(event -> event.getEventType().getName(), event -> event.getInt("outputs"))
                .containsExactlyInAnyOrder(
                        tuple("io.facever.Decode", 1),
                        tuple("io.facever.Decode", 1),
                        tuple("io.facever.Decode", 0),
                        tuple("io.facever.Detect", 1),
                        tuple("io.facever.Detect", 1),
                        tuple("io.facever.Align", 1),
                        tuple("io.facever.Align", 1),
                        tuple("io.facever.Embed", 2),
                        tuple("io.facever.Decide", 1));
        assertThat(events)
                .filteredOn(event -> event.hasField("outcome"))
                .extracting(event -> event.getString("outcome"))
                .containsExactly("MATCH");
        assertThat(events)
                .extracting(event -> event.getString("failure"))
                .filteredOn(failure -> !failure.isEmpty())
                .containsExactly(ImageException.class.getName());
        assertThat(events)
                .flatExtracting(RecordedEvent::getFields)
                .extracting(ValueDescriptor::getName)
                .containsOnly(
                        "startTime",
                        "duration",
                        "eventThread",
                        "stackTrace",
                        "inputs",
                        "outputs",
                        "failure",
                        "outcome");
    }
}
