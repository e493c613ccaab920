package io.facever.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pairs of images in the format of LFW's {@code pairs.txt}: a first line {@code folds<tab>n}; then for each fold n
 * lines {@code name<tab>i<tab>j}, two images of one person, and n lines {@code name<tab>i<tab>name<tab>j}, one image
 * each of two people. (<a href="https://vis-www.cs.umass.edu/lfw/README.txt">LFW's own description</a>.)
 *
 * @param folds how many folds, at least 2
 * @param pairs all pairs in the order of the file
 * @since 0.1.0
 */
public record PairsFile(int folds, List<Pair> pairs) {
    private static final String ANCHOR = "pairs-file";

    /** Copies the list. */
    public PairsFile {
        pairs = List.copyOf(pairs);
    }

    /**
     * One image of a person.
     *
     * @param person name as in the file
     * @param number number of the image, from 1
     */
    public record Photo(String person, int number) {
        /** The path below the image folder, without its ending: {@code Name/Name_0001}. */
        public String path() {
            return String.format(Locale.ROOT, "%s/%s_%04d", person, person, number);
        }

        @Override
        public String toString() {
            return path();
        }
    }

    /**
     * Two images to compare.
     *
     * @param fold from 0
     * @param first an image
     * @param second another
     */
    public record Pair(int fold, Photo first, Photo second) {
        /** Whether both show the same person. */
        public boolean same() {
            return first.person().equals(second.person());
        }
    }

    /**
     * Reads a file.
     *
     * @throws EvaluationException when it can't be read, a line is malformed (the message has its number), or there are
     *     fewer than two folds
     */
    public static PairsFile read(Path file) {
        try {
            return parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new EvaluationException(
                    ANCHOR, "the pairs file " + file + " can't be read: " + e + "; give a text file in UTF-8", e);
        }
    }

    static PairsFile parse(String name, List<String> lines) {
        if (lines.isEmpty()) {
            throw error(name, 1, "nothing", "a first line with the number of folds and of pairs in each");
        }
        String[] header = fields(lines.get(0));
        if (header.length != 2) {
            throw error(name, 1, "'" + lines.get(0) + "'", "two numbers: folds, and pairs of each kind in a fold");
        }
        int folds = number(name, 1, header[0], "the number of folds");
        int pairsOfAKind = number(name, 1, header[1], "the number of pairs of each kind in a fold");
        if (folds < 2) {
            throw error(
                    name,
                    1,
                    folds + " fold",
                    "at least two: the threshold for one fold is chosen on the others; split the pairs");
        }
        List<Pair> pairs = new ArrayList<>();
        int line = 1;
        for (int fold = 0; fold < folds; fold++) {
            for (int k = 0; k < 2 * pairsOfAKind; k++) {
                boolean same = k < pairsOfAKind;
                line++;
                String expected = (same ? "name, number, number" : "name, number, name, number") + " (pair "
                        + (k % pairsOfAKind + 1) + " of " + pairsOfAKind
                        + (same ? " of the same person" : " of two people")
                        + " in fold " + (fold + 1) + ")";
                if (line > lines.size()) {
                    throw error(name, line, "the end of the file", expected);
                }
                pairs.add(pair(name, line, fold, same, expected, fields(lines.get(line - 1)), lines.get(line - 1)));
            }
        }
        for (int rest = line; rest < lines.size(); rest++) {
            if (!lines.get(rest).isBlank()) {
                throw error(
                        name,
                        rest + 1,
                        "'" + lines.get(rest) + "'",
                        "the end of the file after " + folds + " folds of 2 x " + pairsOfAKind
                                + " pairs, as the first line says");
            }
        }
        return new PairsFile(folds, pairs);
    }

    private static Pair pair(
            String name, int line, int fold, boolean same, String expected, String[] fields, String text) {
        if (fields.length != (same ? 3 : 4)) {
            throw error(name, line, "'" + text + "'", expected);
        }
        Photo first = new Photo(fields[0], number(name, line, fields[1], "an image number"));
        Photo second = same
                ? new Photo(fields[0], number(name, line, fields[2], "an image number"))
                : new Photo(fields[2], number(name, line, fields[3], "an image number"));
        if (!same && first.person().equals(second.person())) {
            throw error(name, line, "'" + text + "'", "two different people");
        }
        return new Pair(fold, first, second);
    }

    // names may hold spaces where tabs separate
    private static String[] fields(String line) {
        return line.contains("\t") ? line.strip().split("\t") : line.strip().split("\\s+");
    }

    private static int number(String name, int line, String field, String what) {
        try {
            int value = Integer.parseInt(field.strip());
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw error(name, line, "'" + field + "'", what + " from 1", e);
        }
        throw error(name, line, "'" + field + "'", what + " from 1");
    }

    private static EvaluationException error(String name, int line, String found, String expected) {
        return new EvaluationException(ANCHOR, message(name, line, found, expected));
    }

    private static EvaluationException error(String name, int line, String found, String expected, Throwable cause) {
        return new EvaluationException(ANCHOR, message(name, line, found, expected), cause);
    }

    private static String message(String name, int line, String found, String expected) {
        return name + " line " + line + ": found " + found + ", expected " + expected;
    }
}
