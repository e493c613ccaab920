package io.facever.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Writes {@code report.html}, {@code report.json} and a CSV file for each table. All files are made beside their place
 * first and moved in at the end, each at once: none is ever half-written.
 */
final class ReportWriter {
    private static final String ANCHOR = "evaluation-output";

    private static final String STYLE =
            """
            body{font:16px/1.5 system-ui,sans-serif;color:#222;max-width:60rem;margin:2rem auto;padding:0 1rem}
            h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.5rem;border-bottom:1px solid #ccc}
            table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-size:.92rem}
            caption,figcaption{text-align:left;font-weight:600;padding:.4rem 0}
            th,td{border:1px solid #ccc;padding:.25rem .6rem;text-align:right}
            th:first-child,td:first-child{text-align:left}th{background:#f3f3f3}
            figure{margin:1rem 0 1.5rem;break-inside:avoid}svg{width:100%;max-width:40rem;height:auto}
            .warning{border-left:4px solid #b45309;background:#fff7ed;padding:.5rem .8rem}
            .pairs{display:flex;flex-wrap:wrap;gap:1rem}.pairs figure{margin:0;width:15rem}
            .pairs img{width:7.2rem;height:7.2rem;object-fit:cover}.pairs figcaption{font-weight:400;overflow-wrap:anywhere;font-size:.8rem}
            @media print{body{max-width:none;margin:0;font-size:11pt}h2,table,.pairs figure{break-inside:avoid}}
            """;

    private final Path folder;
    private final ObjectMapper mapper = mapper();

    private ReportWriter(Path folder) {
        this.folder = folder;
    }

    static ObjectMapper mapper() {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    }

    /**
     * Makes the folder if it is not there and sees whether files can be written, before any long work.
     *
     * @throws EvaluationException when they can't
     */
    static ReportWriter to(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".facever-eval", ".tmp"));
        } catch (IOException e) {
            throw new EvaluationException(
                    ANCHOR, "can't write to " + folder + ": " + e + "; give a folder that can be written to", e);
        }
        return new ReportWriter(folder);
    }

    /** Writes the report and returns the files. */
    List<Path> write(String title, List<Section> sections) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        ObjectNode json = mapper.createObjectNode();
        for (Section section : sections) {
            json.set(section.id(), section.json());
            for (Section.Element element : section.elements()) {
                if (element instanceof Section.Table table) {
                    files.put(table.id() + ".csv", utf8(csv(table)));
                }
            }
        }
        files.put("report.json", utf8(json(json)));
        files.put("report.html", utf8(html(title, sections)));
        return write(files);
    }

    /** Writes files, each at once. */
    List<Path> write(Map<String, byte[]> files) {
        Map<Path, Path> moves = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path temporary = folder.resolve("." + file.getKey() + "." + UUID.randomUUID() + ".tmp");
                moves.put(temporary, folder.resolve(file.getKey()));
                Files.write(temporary, file.getValue());
            }
            for (Map.Entry<Path, Path> move : moves.entrySet()) {
                Files.move(
                        move.getKey(),
                        move.getValue(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            return List.copyOf(moves.values());
        } catch (IOException e) {
            EvaluationException failure = new EvaluationException(
                    ANCHOR, "can't write to " + folder + ": " + e + "; free some space, or give another folder", e);
            for (Path temporary : moves.keySet()) {
                try {
                    Files.deleteIfExists(temporary);
                } catch (IOException suppressed) {
                    failure.addSuppressed(suppressed);
                }
            }
            throw failure;
        }
    }

    String json(JsonNode node) {
        try {
            return mapper.writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 4180, with line feeds. */
    static String csv(Section.Table table) {
        StringBuilder text = new StringBuilder(csvRow(table.columns()));
        table.rows().forEach(row -> text.append(csvRow(row)));
        return text.toString();
    }

    private static String csvRow(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.matches("(?s).*[\",\\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell)
                .collect(Collectors.joining(",", "", "\n"));
    }

    static String html(String title, List<Section> sections) {
        StringBuilder text = new StringBuilder();
        text.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\">")
                .append("<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head>\n<body>\n<h1>")
                .append(escape(title))
                .append("</h1>\n");
        int figure = 0;
        for (Section section : sections) {
            text.append("<section id=\"")
                    .append(escape(section.id()))
                    .append("\">\n<h2>")
                    .append(escape(section.title()))
                    .append("</h2>\n");
            for (Section.Element element : section.elements()) {
                if (element instanceof Section.Table table) {
                    appendTable(text, table);
                } else if (element instanceof Section.Figure plot) {
                    figure++;
                    text.append("<figure>")
                            .append(plot.svg())
                            .append("<figcaption>Figure ")
                            .append(figure)
                            .append(". ")
                            .append(escape(plot.caption()))
                            .append("</figcaption></figure>\n");
                } else if (element instanceof Section.Note note) {
                    text.append(note.warning() ? "<p class=\"warning\">" : "<p>")
                            .append(escape(note.text()))
                            .append("</p>\n");
                } else if (element instanceof Section.Gallery gallery) {
                    appendGallery(text, gallery);
                }
            }
            text.append("</section>\n");
        }
        return text.append("</body></html>\n").toString();
    }

    private static void appendTable(StringBuilder text, Section.Table table) {
        text.append("<table><caption>").append(escape(table.caption())).append("</caption>\n<thead><tr>");
        table.columns()
                .forEach(column ->
                        text.append("<th scope=\"col\">").append(escape(column)).append("</th>"));
        text.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : table.rows()) {
            text.append("<tr>");
            row.forEach(cell -> text.append("<td>").append(escape(cell)).append("</td>"));
            text.append("</tr>\n");
        }
        text.append("</tbody></table>\n");
    }

    private static void appendGallery(StringBuilder text, Section.Gallery gallery) {
        text.append("<h3>").append(escape(gallery.caption())).append("</h3>\n<div class=\"pairs\">\n");
        for (Section.PicturePair pair : gallery.pairs()) {
            text.append("<figure><img alt=\"first image\" src=\"")
                    .append(pair.first())
                    .append("\"><img alt=\"second image\" src=\"")
                    .append(pair.second())
                    .append("\"><figcaption>")
                    .append(escape(pair.caption()))
                    .append("</figcaption></figure>\n");
        }
        text.append("</div>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
