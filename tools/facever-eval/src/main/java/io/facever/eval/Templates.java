package io.facever.eval;

import io.facever.Box;
import io.facever.Face;
import io.facever.Image;
import io.facever.Point;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Embeds images on all cores and remembers the results by image hash and pipeline digest, so that an interrupted run
 * goes on where it stopped. Detections are remembered by themselves: pipelines that differ in the aligner share them.
 */
final class Templates implements AutoCloseable {
    private static final int NAME_LENGTH = 16;

    private final Path folder;
    private final int cores;
    private final Progress.Factory progress;
    private final Map<String, RecordLog> logs = new LinkedHashMap<>();

    Templates(Path folder, int cores, Progress.Factory progress) {
        this.folder = folder;
        this.cores = cores;
        this.progress = progress;
    }

    private synchronized RecordLog log(String kind, String digest) {
        return logs.computeIfAbsent(
                kind + "-" + digest.substring(0, NAME_LENGTH) + ".bin", name -> RecordLog.open(folder.resolve(name)));
    }

    /** Where results are remembered. */
    Path folder() {
        return folder;
    }

    /** How many images are worked on at once. */
    int cores() {
        return cores;
    }

    Progress.Factory progress() {
        return progress;
    }

    /**
     * Embeds images.
     *
     * @param task for the progress bar
     * @return one template for each file
     */
    Map<Path, Template> embed(
            String task, Pipeline pipeline, Collection<Path> files, Optional<Degradation> degradation) {
        List<Path> distinct = files.stream().distinct().toList();
        RecordLog faces = log("faces", pipeline.detectorDigest());
        RecordLog vectors = log("embeddings", pipeline.digest());
        try (Workers workers = new Workers(cores);
                Progress bar = progress.start(task, distinct.size())) {
            List<Template> templates =
                    workers.map(distinct, bar, file -> embed(pipeline, faces, vectors, file, degradation));
            Map<Path, Template> result = new LinkedHashMap<>();
            for (int i = 0; i < distinct.size(); i++) {
                result.put(distinct.get(i), templates.get(i));
            }
            return result;
        }
    }

    private static Template embed(
            Pipeline pipeline, RecordLog faceLog, RecordLog vectorLog, Path file, Optional<Degradation> degradation) {
        byte[] bytes = readFile(file);
        byte[] hash = Hashing.sha256(bytes);
        byte[] key = degradation
                .map(change -> Hashing.sha256(concat(hash, change.id())))
                .orElse(hash);
        // where no detector runs there is no face to remember
        Optional<List<Face>> known =
                pipeline.detects() ? faceLog.get(key).map(Template::decodeFaces) : Optional.empty();
        Optional<float[]> knownVector = vectorLog.get(key).map(Template::decodeVector);
        if (!pipeline.detects() && knownVector.isPresent()) {
            return Template.of(Pipeline.ANY_FACE, knownVector.get());
        }
        if (known.isPresent() && known.get().isEmpty()) {
            return Template.failed();
        }
        if (known.isPresent() && knownVector.isPresent()) {
            return Template.of(known.get().get(0), knownVector.get());
        }
        Image image = pipeline.verifier().decode(file);
        Point middle = Degradation.middle(image);
        if (degradation.isPresent()) {
            Degradation change = degradation.get();
            Optional<Box> covered = change.needsFace()
                    ? original(pipeline, faceLog, image, hash).map(Face::box)
                    : Optional.empty();
            if (change.needsFace() && covered.isEmpty()) {
                return Template.failed();
            }
            Image changed = change.apply(image, covered, hash);
            middle = change.middle(image, changed, hash);
            image = changed;
        }
        List<Face> found = known.orElse(List.of());
        if (known.isEmpty()) {
            // the subject alone is kept, so that a later run needs no image to tell who it was
            found = Pipeline.subject(pipeline.detect(image), middle)
                    .map(List::of)
                    .orElse(List.of());
            if (pipeline.detects()) {
                faceLog.put(key, Template.encode(found));
            }
        }
        if (found.isEmpty()) {
            return Template.failed();
        }
        Face face = found.get(0);
        if (knownVector.isEmpty()) {
            float[] vector = pipeline.embed(image, face).toArray();
            vectorLog.put(key, Template.encode(vector));
            return Template.of(face, vector);
        }
        return Template.of(face, knownVector.get());
    }

    private static Optional<Face> original(Pipeline pipeline, RecordLog faceLog, Image image, byte[] hash) {
        Optional<byte[]> known = faceLog.get(hash);
        if (known.isPresent()) {
            return Template.decodeFaces(known.get()).stream().findFirst();
        }
        Optional<Face> face = Pipeline.subject(pipeline.detect(image), image);
        faceLog.put(hash, Template.encode(face.map(List::of).orElse(List.of())));
        return face;
    }

    /** All of a file; one that can't be read is named. */
    static byte[] readFile(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new EvaluationException("evaluation-images", file + " can't be read: " + e + "; check the file", e);
        }
    }

    private static byte[] concat(byte[] hash, String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(hash, hash.length + text.length);
        System.arraycopy(text, 0, both, hash.length, text.length);
        return both;
    }

    @Override
    public synchronized void close() {
        List<RecordLog> open = new ArrayList<>(logs.values());
        logs.clear();
        open.forEach(RecordLog::close);
    }
}
