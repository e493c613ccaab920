package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLogTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("sub").resolve("log.bin");
    }

    private static byte[] key(int number) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) number);
        return key;
    }

    private void write(int... numbers) {
        try (RecordLog log = RecordLog.open(file)) {
            for (int number : numbers) {
                log.put(key(number), new byte[] {(byte) number, 7});
            }
        }
    }

    @Test
    void valuesAreThereTheNextTime() {
        write(1, 2);
        write(3, 2);
        try (RecordLog log = RecordLog.open(file)) {
            assertThat(log.size()).isEqualTo(3);
            assertThat(log.get(key(3))).hasValue(new byte[] {3, 7});
            assertThat(log.get(key(4))).isEmpty();
        }
    }

    @Test
    void aRecordThatWasCutOffIsDroppedAndTheRestGoesOn() throws IOException {
        write(1, 2);
        long size = Files.size(file);
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.truncate(size - 3);
        }
        write(3);
        try (RecordLog log = RecordLog.open(file)) {
            assertThat(log.get(key(1))).isPresent();
            assertThat(log.get(key(2))).isEmpty();
            assertThat(log.get(key(3))).hasValue(new byte[] {3, 7});
        }
    }

    @Test
    void anAlteredRecordIsNotBelieved() throws IOException {
        write(1, 2);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
        try (RecordLog log = RecordLog.open(file)) {
            assertThat(log.get(key(1))).isPresent();
            assertThat(log.get(key(2))).isEmpty();
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "something else");
        assertThatThrownBy(() -> RecordLog.open(file))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("is no cache of this version");
        assertThat(Files.readString(file)).isEqualTo("something else");
    }

    @Test
    void oneUserAtATime() {
        try (RecordLog log = RecordLog.open(file)) {
            assertThatThrownBy(() -> RecordLog.open(file))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("in use");
            log.put(key(1), new byte[0]);
        }
        write(2);
    }

    @Test
    void closingTwiceIsHarmless() {
        RecordLog log = RecordLog.open(file);
        log.close();
        log.close();
        assertThat(file).exists();
    }
}
