import type { Ref } from "react";
import type { OperatingPoint, Subject, Verification } from "./api";
import { decide, inWordsOfThePage, WORDS } from "./decision";
import { Gauge } from "./Gauge";

interface ResultProps {
  ref: Ref<HTMLElement>;
  answer: Verification;
  threshold: number;
  onThreshold: (value: number) => void;
  points: OperatingPoint[];
}

/** An operating point for people: what a threshold costs on both sides, as measured in the calibration. */
function inWords(point: OperatingPoint): string {
  const one = Math.round(1 / point.fmr).toLocaleString("en");
  return `1 in ${one}, missing ${(100 * point.fnmr).toFixed(1)} % of true pairs`;
}

/** How alive the compared faces look; it decides nothing. */
function Liveness({ reference, query }: { reference: Subject; query: Subject }) {
  const judged = [
    { name: "Reference", liveness: reference.liveness },
    { name: "Query", liveness: query.liveness },
  ].flatMap(({ name, liveness }) => (liveness ? [{ name, ...liveness }] : []));
  if (judged.length === 0) {
    return null;
  }
  return (
    <div className="liveness">
      <h3>Does it look alive?</h3>
      <ul>
        {judged.map(({ name, live, score, threshold }) => (
          <li key={name}>
            {name}: {live ? "looks alive" : "may be a picture of a face"} (score {score.toFixed(2)},{" "}
            {live ? "not below" : "below"} {threshold.toFixed(2)})
          </li>
        ))}
      </ul>
      <p className="small">
        Judged from the photos alone, and no part of the decision. Press photos can look like
        pictures to it.
      </p>
    </div>
  );
}

/** The decision in colour and words, and all that it rests on. */
export function Result({ ref, answer, threshold, onThreshold, points }: ResultProps) {
  const outcome = decide(answer, threshold);
  const words = WORDS[outcome];
  const moved = threshold !== answer.threshold.value;
  return (
    <section
      ref={ref}
      tabIndex={-1}
      className={`result ${outcome.toLowerCase().replace("_", "-")}`}
      aria-label="Result"
    >
      <div className="verdict" role="status" data-outcome={outcome}>
        <span className="icon" aria-hidden="true">
          {words.icon}
        </span>
        <div>
          <h2>{words.title}</h2>
          <p>{words.text}</p>
        </div>
      </div>

      {answer.similarity === undefined ? (
        <ul className="reasons">
          {answer.reasons.map((reason) => (
            <li key={reason.code}>{inWordsOfThePage(reason.message)}</li>
          ))}
        </ul>
      ) : (
        <div className="measure">
          <Gauge similarity={answer.similarity} threshold={threshold} outcome={outcome} />
          <div className="slider">
            <label htmlFor="threshold">
              Threshold <output>{threshold.toFixed(3)}</output>
            </label>
            <input
              id="threshold"
              type="range"
              min="-1"
              max="1"
              step="0.005"
              value={threshold}
              aria-valuetext={`${threshold.toFixed(3)}: ${words.title}`}
              onChange={(event) => onThreshold(Number(event.target.value))}
            />
            <p className="small">
              {moved
                ? "Moved by you; decided on this page, without asking the service again."
                : `From the service: ${answer.threshold.origin}`}
            </p>
            <div className="buttons">
              <button
                type="button"
                className="quiet"
                disabled={!moved}
                onClick={() => onThreshold(answer.threshold.value)}
              >
                Threshold of the service
              </button>
            </div>
            {points.length > 0 && (
              <label className="rate">
                False matches that are accepted
                <select
                  value={points.find((point) => point.threshold === threshold)?.fmr ?? ""}
                  onChange={(event) => {
                    const chosen = points.find((point) => String(point.fmr) === event.target.value);
                    if (chosen) {
                      onThreshold(chosen.threshold);
                    }
                  }}
                >
                  <option value="" disabled>
                    Choose a rate
                  </option>
                  {points.map((point) => (
                    <option key={point.fmr} value={point.fmr}>
                      {inWords(point)}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
        </div>
      )}

      <Liveness reference={answer.reference} query={answer.query} />

      <table className="timings">
        <caption>Time spent by the service, both photos together (model {answer.model})</caption>
        <thead>
          <tr>
            <th scope="col">Decode</th>
            <th scope="col">Detect</th>
            <th scope="col">Align</th>
            <th scope="col">Embed</th>
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            {[
              answer.timings.decodeMs,
              answer.timings.detectMs,
              answer.timings.alignMs,
              answer.timings.embedMs,
              answer.timings.totalMs,
            ].map((millis, index) => (
              // the five stages never change place
              <td key={index}>{millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms</td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}
