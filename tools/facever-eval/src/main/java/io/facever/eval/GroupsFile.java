package io.facever.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which person belongs to which group, from a file with lines {@code person,group} below a line that says so. Not every
 * person needs a group.
 *
 * @param groups group of each person
 * @since 0.1.0
 */
public record GroupsFile(Map<String, String> groups) {
    private static final String ANCHOR = "groups-file";
    private static final int NAMES_IN_A_MESSAGE = 5;

    /** Copies the map. */
    public GroupsFile {
        groups = Map.copyOf(groups);
    }

    /**
     * Reads a file.
     *
     * @throws EvaluationException when it can't be read, or a line is malformed (the message has its number)
     */
    public static GroupsFile read(Path file) {
        try {
            return parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new EvaluationException(
                    ANCHOR, "the groups file " + file + " can't be read: " + e + "; give a text file in UTF-8", e);
        }
    }

    static GroupsFile parse(String name, List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).strip().equals("person,group")) {
            throw new EvaluationException(
                    ANCHOR,
                    name + " line 1: found " + (lines.isEmpty() ? "nothing" : "'" + lines.get(0) + "'")
                            + ", expected 'person,group'");
        }
        Map<String, String> groups = new LinkedHashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            String[] fields = lines.get(i).strip().split(",", -1);
            if (fields.length != 2 || fields[0].isBlank() || fields[1].isBlank()) {
                throw new EvaluationException(
                        ANCHOR,
                        name + " line " + (i + 1) + ": found '" + lines.get(i) + "', expected a person and a group"
                                + " with a comma in between");
            }
            String before = groups.putIfAbsent(fields[0].strip(), fields[1].strip());
            if (before != null && !before.equals(fields[1].strip())) {
                throw new EvaluationException(
                        ANCHOR,
                        name + " line " + (i + 1) + ": found a second group for " + fields[0].strip() + " ('" + before
                                + "' before), expected one group for each person");
            }
        }
        return new GroupsFile(groups);
    }

    /** The groups, sorted. */
    public SortedSet<String> names() {
        return new TreeSet<>(groups.values());
    }

    /** Group of one person. */
    public Optional<String> groupOf(String person) {
        return Optional.ofNullable(groups.get(person));
    }

    /**
     * Checks that everybody in the file takes part.
     *
     * @param people all people of the evaluation
     * @throws EvaluationException when the file names others: most likely it is of another data set
     */
    public void requireKnown(Collection<String> people) {
        Set<String> unknown = new TreeSet<>(groups.keySet());
        unknown.removeAll(Set.copyOf(people));
        if (!unknown.isEmpty()) {
            throw new EvaluationException(
                    ANCHOR,
                    unknown.size() + " of the " + groups.size() + " people in the groups file are in no pair: "
                            + String.join(
                                    ", ",
                                    unknown.stream().limit(NAMES_IN_A_MESSAGE).toList())
                            + (unknown.size() > NAMES_IN_A_MESSAGE ? ", ..." : "")
                            + "; expected people of the pairs only; take them out, or use --skip-missing");
        }
    }
}
