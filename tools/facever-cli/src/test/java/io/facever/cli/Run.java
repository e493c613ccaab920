package io.facever.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;

/** What one call of the command gave. */
record Run(int status, String out, String err) {
    static Run facever(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                FaceverCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = String.valueOf(arguments[i]);
        }
        int status = line.execute(words);
        return new Run(status, out.toString(), err.toString());
    }

    /** Standard output as one JSON document; fails when there is anything else. */
    JsonNode json() {
        try {
            return new ObjectMapper()
                    .readerFor(JsonNode.class)
                    .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(out);
        } catch (IOException e) {
            throw new UncheckedIOException(out + err, e);
        }
    }
}
