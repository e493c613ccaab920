package com.example;

import io.facever.Comparison;
import io.facever.Embedding;
import io.facever.FaceVerifier;
import io.facever.template.TemplateSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/** Enrols the first person, and compares the second with what was stored. Usage: StoredTemplates FIRST SECOND */
public final class StoredTemplates {
    private StoredTemplates() {}

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        // in earnest, keys come from where your other keys live
        KeyGenerator keys = KeyGenerator.getInstance("AES");
        keys.init(256);
        SecretKey old = keys.generateKey();
        SecretKey current = keys.generateKey();
        Path file = Path.of("target", "first.template");

        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Embedding enrolled = verifier.embed(verifier.decode(Path.of(args[0]))).orElseThrow();
            Files.createDirectories(file.getParent());
            Files.write(file, new TemplateSeal(Map.of("2026", old), "2026").seal(enrolled));

            // a year later: a new key; what the old one sealed can be opened, and is sealed anew
            TemplateSeal seal = new TemplateSeal(Map.of("2026", old, "2027", current), "2027");
            Files.write(file, seal.reseal(Files.readAllBytes(file)));

            Embedding stored = seal.open(Files.readAllBytes(file));
            Embedding seen = verifier.embed(verifier.decode(Path.of(args[1]))).orElseThrow();
            // a template of another model is an EmbeddingMismatchException, not a wrong answer
            Comparison comparison = verifier.compare(stored, seen);
            System.out.printf("%s, similarity %.3f%n", comparison.outcome(), comparison.similarity());
        }
    }
}
