package io.facever.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.facever.Box;
import io.facever.Face;
import io.facever.Point;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes JSON documents: whole or not at all, one to a command, in ASCII whatever the terminal's encoding. */
final class Json {
    private Json() {}

    /** What a command writes into its document. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** Writes one document and a line end. */
    static void print(PrintWriter out, Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonFactory.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .build()
                .createGenerator(text)) {
            // objects over lines, arrays of numbers on one
            json.setPrettyPrinter(
                    new DefaultPrettyPrinter().withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE));
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println(text);
        out.flush();
    }

    /** {@code {"box":[x1,y1,x2,y2],"score":…,"landmarks":[[x,y],…]}}. */
    static void face(JsonGenerator json, Face face) throws IOException {
        json.writeStartObject();
        Box box = face.box();
        json.writeFieldName("box");
        json.writeArray(new double[] {box.x1(), box.y1(), box.x2(), box.y2()}, 0, 4);
        json.writeNumberField("score", face.score());
        json.writeArrayFieldStart("landmarks");
        for (Point point : face.landmarks().points()) {
            json.writeArray(new double[] {point.x(), point.y()}, 0, 2);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
