package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class UsageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "verify --help",
                "detect --help",
                "embed --help",
                "liveness --help",
                "models --help",
                "models list --help",
                "models pull --help",
                "models verify --help",
                "models path --help",
                "models import --help"
            })
    void helpGoesToStandardOutput(String arguments) {
        Run run = Run.facever((Object[]) arguments.split(" "));

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("Usage: facever");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "verify --version", "models pull --version"})
    void versionIsTheOneOfTheBuild(String arguments) {
        Run run = Run.facever((Object[]) arguments.split(" "));

        assertThat(run.status()).isZero();
        assertThat(run.out()).matches("(?s)facever \\d+\\.\\d+\\.\\d+.*\\RJava .*");
    }

    @Test
    void helpOfVerifyListsItsExitStatuses() {
        assertThat(Run.facever("verify", "--help").out())
                .contains("0   the same person", "1   different people", "3   inconclusive", "5   models or engine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "verify",
                "verify a.jpg",
                "verify a.jpg b.jpg c.jpg",
                "verify a.jpg b.jpg --nonsense",
                "verify a.jpg b.jpg --threshold",
                "verify a.jpg b.jpg --threshold high",
                "verify a.jpg b.jpg --threshold 0.4 --fmr 0.01",
                "verify a.jpg b.jpg --aligner spline",
                "verify a.jpg b.jpg --faces ugliest",
                "verify a.jpg b.jpg --device abacus",
                "detect",
                "embed",
                "embed a.jpg --faces all",
                "models",
                "eval",
                "models nonsense",
                "models import weights.pt"
            })
    void wrongUsageIsToldInOneLineWithAWayOut(String arguments) {
        Run run = Run.facever((Object[]) (arguments.isEmpty() ? new String[0] : arguments.split(" ")));

        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().findFirst()).get().asString().startsWith("facever: ");
        assertThat(run.err()).contains("--help'.").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "1.01", "-1.5", "Infinity"})
    void thresholdThatIsNoCosineIsWrongUsage(String threshold) {
        Run run = Run.facever("verify", "a.jpg", "b.jpg", "--threshold", threshold);

        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("[-1, 1]", "docs/errors.md#threshold-out-of-range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "NaN", "-0.1"})
    void errorRateOutsideItsRangeIsWrongUsage(String rate) {
        Run run = Run.facever("verify", "a.jpg", "b.jpg", "--fmr", rate);

        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("false match rate", "docs/errors.md#threshold-out-of-range");
    }

    @Test
    void anotherDeviceIsRefusedWithTheKnownOnes() {
        EngineOptions.DeviceConverter converter = new EngineOptions.DeviceConverter();
        assertThat(converter.convert("gpu:3")).isEqualTo(Device.gpu(3));
        assertThatThrownBy(() -> converter.convert("tpu"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("expected cpu, gpu, gpu:N or auto but was 'tpu'");
    }
}
