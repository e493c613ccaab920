import type { Outcome } from "./api";
import { WORDS } from "./decision";

interface GaugeProps {
  similarity: number;
  threshold: number;
  outcome: Outcome;
}

const RADIUS = 80;
const CENTER = 100;

/** A point of the half circle: cosine -1 on the left, 1 on the right. */
function at(cosine: number, radius: number): string {
  const angle = Math.PI * (1 - (cosine + 1) / 2);
  return `${(CENTER + radius * Math.cos(angle)).toFixed(2)} ${(CENTER - radius * Math.sin(angle)).toFixed(2)}`;
}

function arc(from: number, to: number): string {
  return `M ${at(from, RADIUS)} A ${RADIUS} ${RADIUS} 0 0 1 ${at(to, RADIUS)}`;
}

/** The similarity as a needle, and the threshold as a mark between the two sides. */
export function Gauge({ similarity, threshold, outcome }: GaugeProps) {
  return (
    <figure className="gauge">
      <svg
        viewBox="0 0 200 124"
        role="img"
        aria-label={`Similarity ${similarity.toFixed(3)} on a scale from -1 to 1, threshold ${threshold.toFixed(3)}: ${WORDS[outcome].title}`}
      >
        <path className="below" d={arc(-1, threshold)} />
        <path className="above" d={arc(threshold, 1)} />
        <path
          className="mark"
          d={`M ${at(threshold, RADIUS - 14)} L ${at(threshold, RADIUS + 14)}`}
        />
        <path className="needle" d={`M ${CENTER} ${CENTER} L ${at(similarity, RADIUS - 18)}`} />
        <circle className="hub" cx={CENTER} cy={CENTER} r="6" />
        <text x="14" y="118">
          −1
        </text>
        <text x="180" y="118">
          1
        </text>
      </svg>
      <figcaption>
        Similarity <strong data-similarity={similarity}>{similarity.toFixed(3)}</strong>
      </figcaption>
    </figure>
  );
}
