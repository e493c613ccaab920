package io.facever.eval;

import io.facever.facenet.CenterCrop;
import io.facever.facenet.MarginCrop;
import io.facever.facenet.SimilarityAlignment;
import io.facever.spi.AlignerProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An aligner as written on the command line: a name, and after a colon settings such as {@code similarity:scale=0.9}.
 *
 * @param text as written
 * @param name the aligner's name
 * @param provider with the settings; empty to take the one that ServiceLoader finds
 * @param detects false where no detector runs and no face is needed
 */
record AlignerChoice(String text, String name, Optional<AlignerProvider> provider, boolean detects) {
    private static final String ANCHOR = "evaluation-aligner";

    /** The whole image, resized, without looking for a face. */
    static AlignerChoice wholeImage() {
        return new AlignerChoice("whole image", "center", Optional.of(new CenterCrop()), false);
    }

    /** The middle of the image, without looking for a face: 140 pixels out of LFW's 250. */
    static AlignerChoice tightCenter() {
        return new AlignerChoice("centre crop 56 %", "center", Optional.of(new CenterCrop().withFraction(0.56)), false);
    }

    /**
     * Reads a choice.
     *
     * @param text {@code similarity[:scale=1.0,antialias=true]}, {@code crop[:margin=32]},
     *     {@code center[:fraction=0.56]}, or the name of an aligner of one's own
     */
    static AlignerChoice parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        Map<String, String> settings = new HashMap<>();
        if (colon >= 0) {
            for (String setting : text.substring(colon + 1).split(",")) {
                int equals = setting.indexOf('=');
                if (equals < 1) {
                    throw new EvaluationException(
                            ANCHOR, "aligner '" + text + "': found '" + setting + "', expected name=value");
                }
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
        Optional<AlignerProvider> provider = provider(text, name, settings);
        if (!settings.isEmpty()) {
            throw new EvaluationException(
                    ANCHOR,
                    "aligner '" + text + "': " + settings.keySet() + " is not known; expected similarity:scale=...,"
                            + "antialias=..., crop:margin=... or center:fraction=...");
        }
        // without settings the aligner is the one of ServiceLoader, with its own defaults
        return new AlignerChoice(text, name, colon < 0 ? Optional.empty() : provider, true);
    }

    /** Takes what it knows out of the settings. */
    private static Optional<AlignerProvider> provider(String text, String name, Map<String, String> settings) {
        try {
            return switch (name) {
                case "similarity" -> Optional.of(new SimilarityAlignment()
                        .withTemplateScale(number(text, settings, "scale", 1))
                        .withAntialias(flag(text, settings, "antialias")));
                case "crop" -> Optional.of(new MarginCrop().withMargin(number(text, settings, "margin", 32)));
                case "center" -> Optional.of(new CenterCrop().withFraction(number(text, settings, "fraction", 1)));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            throw new EvaluationException(ANCHOR, "aligner '" + text + "': " + e.getMessage(), e);
        }
    }

    private static boolean flag(String text, Map<String, String> settings, String name) {
        String value = Optional.ofNullable(settings.remove(name)).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new EvaluationException(
                    ANCHOR, "aligner '" + text + "': found " + name + "=" + value + ", expected true or false");
        }
        return value.equals("true");
    }

    private static double number(String text, Map<String, String> settings, String name, double otherwise) {
        String value = Optional.ofNullable(settings.remove(name)).orElse(Double.toString(otherwise));
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new EvaluationException(
                    ANCHOR, "aligner '" + text + "': found " + name + "=" + value + ", expected a number", e);
        }
    }
}
