package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Table IV: what alignment brings, on the images as they are and on perturbed ones. */
final class AblationStudy {
    private AblationStudy() {}

    /** The ways to cut a face out that are compared. */
    static List<AlignerChoice> choices() {
        return List.of(
                AlignerChoice.parse("similarity"),
                AlignerChoice.parse("crop"),
                AlignerChoice.wholeImage(),
                AlignerChoice.tightCenter());
    }

    static Section run(
            Pipeline.Settings settings,
            List<AlignerChoice> choices,
            PairData data,
            Templates store,
            SubjectBootstrap bootstrap) {
        ObjectNode json = Json.object();
        Section section = new Section("ablation", "Ablation (Table IV)", json);
        section.note("The same model behind different ways to cut the face out. \"Perturbed\": each image is rotated by"
                + " up to 30°, scaled by 0.6–1.4 and shifted by up to 15 % of its width, the same for every way; its"
                + " subject is the face nearest to where its middle went. The whole image and the centre crop run"
                + " without a detector, so nothing can be missed there.");
        for (boolean perturbed : List.of(false, true)) {
            Optional<Degradation> change = perturbed ? Optional.of(Degradation.perturbation()) : Optional.empty();
            Map<String, String[]> rows = new LinkedHashMap<>();
            ObjectNode part = json.putObject(perturbed ? "perturbed" : "asIs");
            for (AlignerChoice choice : choices) {
                try (Pipeline pipeline = Pipeline.open(settings.with(choice))) {
                    Map<Path, Template> templates = store.embed(
                            choice.text() + (perturbed ? ", perturbed" : ""),
                            pipeline,
                            data.files().values(),
                            change);
                    PairData.Scored scored = data.score(templates, templates);
                    rows.put(choice.text(), row(part, choice, scored, bootstrap));
                }
            }
            section.add(Section.table(
                    perturbed ? "ablation-perturbed" : "ablation",
                    "Table IV. " + (perturbed ? "Perturbed images." : "Images as they are."),
                    List.of("way", "AUC", "EER", "TAR at FAR 1 %", "pairs without a face"),
                    new ArrayList<>(rows.values())));
        }
        return section;
    }

    private static String[] row(
            ObjectNode json, AlignerChoice choice, PairData.Scored scored, SubjectBootstrap bootstrap) {
        ObjectNode one = json.putObject(choice.text());
        VerificationFigures figures = VerificationFigures.of(scored.pairs(), bootstrap);
        Json.put(one, "auc", figures.roc().auc());
        Json.put(one, "eer", figures.roc().eer());
        Json.put(one, "tarAtFar0.01", figures.tarAt(0.01).orElse(Double.NaN));
        one.put("failedPairs", scored.failed().size());
        return new String[] {
            choice.text(),
            Section.four(figures.roc().auc()) + " " + Section.four(figures.aucInterval()),
            Section.percent(figures.roc().eer()) + " " + Section.percent(figures.eerInterval()),
            figures.tarAt(0.01).map(Section::percent).orElse(Section.notMeasurable(figures.impostorPairs())) + " "
                    + Section.percent(figures.tarInterval(0.01)),
            Integer.toString(scored.failed().size())
        };
    }
}
