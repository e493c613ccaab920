package io.facever.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Images laid out as in LFW: {@code Name/Name_0001.jpg}, or {@code .jpeg} or {@code .png}.
 *
 * @param root the folder of the people's folders
 * @since 0.1.0
 */
public record ImageFolder(Path root) {
    private static final String ANCHOR = "evaluation-images";
    private static final List<String> ENDINGS = List.of(".jpg", ".png", ".jpeg");
    private static final Pattern NUMBERED = Pattern.compile("(.*)_(\\d{4,})\\.(jpg|jpeg|png)");
    private static final int NAMES_IN_A_MESSAGE = 20;

    /** Checks that the folder is there. */
    public ImageFolder {
        if (!Files.isDirectory(root)) {
            throw new EvaluationException(
                    ANCHOR, root + " is no folder; expected one with a folder for each person: Name/Name_0001.jpg");
        }
    }

    /** The file of a photo, if there is one. */
    public Optional<Path> find(PairsFile.Photo photo) {
        return ENDINGS.stream()
                .map(ending -> root.resolve(photo.path() + ending))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * The files of photos.
     *
     * @param skipMissing leave out what is not there, instead of failing
     * @throws EvaluationException when files are missing; the message has their number and the first names
     */
    public Map<PairsFile.Photo, Path> find(Collection<PairsFile.Photo> photos, boolean skipMissing) {
        Map<PairsFile.Photo, Path> found = new LinkedHashMap<>();
        photos.forEach(photo -> find(photo).ifPresent(file -> found.put(photo, file)));
        List<String> missing = photos.stream()
                .filter(photo -> !found.containsKey(photo))
                .map(PairsFile.Photo::path)
                .toList();
        if (!missing.isEmpty() && !skipMissing) {
            throw new EvaluationException(
                    ANCHOR,
                    missing.size() + " of " + photos.size() + " images are not in " + root + ": "
                            + String.join(", ", missing.subList(0, Math.min(NAMES_IN_A_MESSAGE, missing.size())))
                            + (missing.size() > NAMES_IN_A_MESSAGE ? ", ..." : "")
                            + "; expected each as .jpg, .jpeg or .png; add them, or use --skip-missing");
        }
        if (found.isEmpty()) {
            throw new EvaluationException(
                    ANCHOR,
                    "none of the images is in " + root + "; give the folder that holds" + " a folder for each person");
        }
        return found;
    }

    /** All photos in the folder, by person and number. */
    public Map<PairsFile.Photo, Path> all() {
        Map<String, PairsFile.Photo> photos = new TreeMap<>();
        Map<PairsFile.Photo, Path> files = new LinkedHashMap<>();
        try (Stream<Path> walk = Files.walk(root, 2)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                Matcher matcher = NUMBERED.matcher(file.getFileName().toString().toLowerCase(Locale.ROOT));
                Path folder = file.getParent();
                if (folder == null || folder.equals(root) || !matcher.matches()) {
                    continue;
                }
                PairsFile.Photo photo =
                        new PairsFile.Photo(String.valueOf(folder.getFileName()), Integer.parseInt(matcher.group(2)));
                if (photos.putIfAbsent(photo.path(), photo) == null) {
                    files.put(photo, file);
                }
            }
        } catch (IOException e) {
            throw new EvaluationException(ANCHOR, root + " can't be listed: " + e + "; give a readable folder", e);
        }
        if (files.isEmpty()) {
            throw new EvaluationException(
                    ANCHOR, root + " holds no images; expected a folder for each person: Name/Name_0001.jpg");
        }
        return files;
    }
}
