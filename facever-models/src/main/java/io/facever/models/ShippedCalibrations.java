package io.facever.models;

import io.facever.Calibration;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Measured error rates of the catalogue's models, as {@code facever eval calibrate} wrote them: one properties file for
 * each model and aligner. Each is bound to the id of its embedding space, so one that no longer fits the weights, the
 * preprocessing or the aligner is never used.
 */
final class ShippedCalibrations {
    /** Aligners that calibrations may be there for; each is optional. */
    private static final List<String> ALIGNERS = List.of("similarity", "crop", "center");

    private static final String RATE = "fmr.";

    private ShippedCalibrations() {}

    /** All calibrations of a model; none if it was not calibrated. */
    static List<Calibration> of(String model) {
        List<Calibration> found = new ArrayList<>();
        for (String aligner : ALIGNERS) {
            String name = "calibration/" + model + "-" + aligner + ".properties";
            try (InputStream in = ShippedCalibrations.class.getResourceAsStream(name)) {
                if (in != null) {
                    found.add(read(name, in));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the resource " + name + " can't be read", e);
            }
        }
        return List.copyOf(found);
    }

    /** Reads one file. */
    static Calibration read(String name, InputStream in) throws IOException {
        Properties properties = new Properties();
        properties.load(in);
        List<Calibration.OperatingPoint> points = new ArrayList<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(RATE)) {
                points.add(point(name, key, required(name, properties, key)));
            }
        }
        return new Calibration(
                required(name, properties, "space"),
                required(name, properties, "dataSet"),
                Long.parseLong(required(name, properties, "impostorPairs")),
                Long.parseLong(required(name, properties, "genuinePairs")),
                Double.parseDouble(required(name, properties, "balanced")),
                points);
    }

    private static Calibration.OperatingPoint point(String name, String key, String value) {
        String[] numbers = value.split(" ");
        if (numbers.length != 4) {
            throw new IllegalStateException(name + ": " + key + " has " + numbers.length
                    + " numbers, expected threshold, both ends of its interval, and FNMR");
        }
        return new Calibration.OperatingPoint(
                Double.parseDouble(key.substring(RATE.length())),
                Double.parseDouble(numbers[0]),
                Double.parseDouble(numbers[1]),
                Double.parseDouble(numbers[2]),
                Double.parseDouble(numbers[3]));
    }

    private static String required(String name, Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalStateException(name + " has no " + key);
        }
        return value;
    }
}
