package io.facever;

import io.facever.FaceVerifier.Listener;
import io.facever.FaceVerifier.Listener.Stage;
import io.facever.spi.ImageDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs stages, and tells the listeners of one verifier and the flight recorder what they took and how they ended. */
final class StageObserver {
    private static final Logger LOG = LoggerFactory.getLogger(StageObserver.class);

    private final List<Listener> listeners;

    StageObserver(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    <T> T load(String network, Supplier<T> call) {
        return observe(Stage.LOAD, new Load(network), 1, call, loaded -> 1, loaded -> Optional.empty());
    }

    /** A decision over some pairs of faces; none when it was clear without comparing any. */
    <T> T decide(int pairs, Supplier<T> call, Function<T, Outcome> outcome) {
        return observe(Stage.DECIDE, new Decide(), pairs, call, made -> 1, made -> Optional.of(outcome.apply(made)));
    }

    ImageDecoder decoder(ImageDecoder decoder) {
        return new ImageDecoder() {
            @Override
            public String name() {
                return decoder.name();
            }

            @Override
            public int rank() {
                return decoder.rank();
            }

            @Override
            public Image decode(byte[] encoded, String name, long maxPixels) {
                return observe(
                        Stage.DECODE, new Decode(), 1, () -> decoder.decode(encoded, name, maxPixels), image -> 1);
            }
        };
    }

    Detector detector(Detector detector) {
        return new Detector() {
            @Override
            public List<Face> detect(Image image) {
                return observe(Stage.DETECT, new Detect(), 1, () -> detector.detect(image), List::size);
            }

            @Override
            public List<List<Face>> detectAll(List<Image> images) {
                return observe(
                        Stage.DETECT, new Detect(), images.size(), () -> detector.detectAll(images), all -> all.stream()
                                .mapToInt(List::size)
                                .sum());
            }

            @Override
            public String id() {
                return detector.id();
            }
        };
    }

    Liveness liveness(Liveness check) {
        return (image, face) ->
                observe(Stage.LIVENESS, new LivenessCheck(), 1, () -> check.score(image, face), score -> 1);
    }

    Aligner aligner(Aligner aligner) {
        return new Aligner() {
            @Override
            public FaceCrop align(Image image, Face face) {
                return observe(Stage.ALIGN, new Align(), 1, () -> aligner.align(image, face), crop -> 1);
            }

            @Override
            public String id() {
                return aligner.id();
            }
        };
    }

    Embedder embedder(Embedder embedder) {
        return new Embedder() {
            @Override
            public ModelDescription model() {
                return embedder.model();
            }

            @Override
            public Embedding embed(FaceCrop crop) {
                return observe(Stage.EMBED, new Embed(), 1, () -> embedder.embed(crop), embedding -> 1);
            }

            @Override
            public List<Embedding> embedAll(List<FaceCrop> crops) {
                return observe(Stage.EMBED, new Embed(), crops.size(), () -> embedder.embedAll(crops), List::size);
            }

            @Override
            public boolean isBatchInvariant() {
                return embedder.isBatchInvariant();
            }
        };
    }

    private <T> T observe(
            Stage stage, StageEvent recorded, int inputs, Supplier<T> call, ToIntFunction<? super T> outputs) {
        return observe(stage, recorded, inputs, call, outputs, result -> Optional.empty());
    }

    private <T> T observe(
            Stage stage,
            StageEvent recorded,
            int inputs,
            Supplier<T> call,
            ToIntFunction<? super T> outputs,
            Function<? super T, Optional<Outcome>> outcome) {
        long start = System.nanoTime();
        recorded.begin();
        T result;
        try {
            result = call.get();
        } catch (RuntimeException | Error e) {
            end(stage, recorded, start, inputs, 0, Optional.empty(), Optional.of(e));
            throw e;
        }
        end(stage, recorded, start, inputs, outputs.applyAsInt(result), outcome.apply(result), Optional.empty());
        return result;
    }

    private void end(
            Stage stage,
            StageEvent recorded,
            long start,
            int inputs,
            int outputs,
            Optional<Outcome> outcome,
            Optional<Throwable> failure) {
        long nanos = System.nanoTime() - start;
        recorded.end();
        if (recorded.shouldCommit()) {
            recorded.inputs = inputs;
            recorded.outputs = outputs;
            recorded.outcome(outcome);
            // not its message: that may name a file of the user
            recorded.failure = failure.map(e -> e.getClass().getName()).orElse("");
            recorded.commit();
        }
        if (listeners.isEmpty()) {
            return;
        }
        Listener.Event event = new Listener.Event(stage, Duration.ofNanos(nanos), inputs, outputs, outcome, failure);
        for (Listener listener : listeners) {
            try {
                listener.onStage(event);
            } catch (RuntimeException e) {
                LOG.warn("{} failed on stage {}: {}", listener.getClass().getName(), stage, e.toString());
            }
        }
    }

    /** What the recordings of all stages hold. Of photos and people they hold nothing but counts and outcomes. */
    @Category("facever")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads them
    private abstract static class StageEvent extends Event {
        @Label("Inputs")
        @Description("How many networks, images, faces, crops or pairs went in")
        int inputs;

        @Label("Outputs")
        @Description("How many networks, images, faces, crops, embeddings or decisions came out")
        int outputs;

        @Label("Failure")
        @Description("Class of the exception that ended the stage; empty when it succeeded")
        String failure = "";

        void outcome(Optional<Outcome> outcome) {
            // only decisions have one
        }
    }

    @Name("io.facever.Load")
    @Label("Load a Network")
    @SuppressWarnings("UnusedVariable")
    private static final class Load extends StageEvent {
        @Label("Network")
        @Description("Model and network, as in mtcnn/pnet")
        final String network;

        Load(String network) {
            this.network = network;
        }
    }

    @Name("io.facever.Decode")
    @Label("Decode a Photo")
    private static final class Decode extends StageEvent {}

    @Name("io.facever.Detect")
    @Label("Detect Faces")
    private static final class Detect extends StageEvent {}

    @Name("io.facever.Liveness")
    @Label("Check Liveness")
    private static final class LivenessCheck extends StageEvent {}

    @Name("io.facever.Align")
    @Label("Align a Face")
    private static final class Align extends StageEvent {}

    @Name("io.facever.Embed")
    @Label("Embed Crops")
    private static final class Embed extends StageEvent {}

    @Name("io.facever.Decide")
    @Label("Decide")
    @SuppressWarnings("UnusedVariable")
    private static final class Decide extends StageEvent {
        @Label("Outcome")
        @Description("MATCH, NO_MATCH or INCONCLUSIVE")
        String outcome = "";

        @Override
        void outcome(Optional<Outcome> made) {
            outcome = made.map(Outcome::name).orElse("");
        }
    }
}
