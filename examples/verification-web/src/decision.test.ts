import { describe, expect, it } from "vitest";
import type { Verification } from "./api";
import { decide, inWordsOfThePage, megabytes } from "./decision";

const face = { image: { width: 1, height: 1 }, faces: [] };
const answer: Verification = {
  outcome: "MATCH",
  similarity: 0.5,
  threshold: { value: 0.4, origin: "test" },
  reasons: [],
  reference: face,
  query: face,
  model: "test",
  timings: { decodeMs: 0, detectMs: 0, alignMs: 0, embedMs: 0, totalMs: 0 },
};

describe("decide", () => {
  it("matches from the threshold on", () => {
    expect(decide(answer, 0.5)).toBe("MATCH");
    expect(decide(answer, 0.51)).toBe("NO_MATCH");
    expect(decide(answer, -1)).toBe("MATCH");
  });

  it("never decides about an answer without a similarity", () => {
    const { similarity: _, ...without } = answer;
    expect(decide({ ...without, outcome: "INCONCLUSIVE" }, -1)).toBe("INCONCLUSIVE");
  });
});

describe("inWordsOfThePage", () => {
  it("names the photos as the page does", () => {
    expect(inWordsOfThePage("No face was found in the second image. Please")).toBe(
      "No face was found in the query photo. Please",
    );
    expect(inWordsOfThePage("The first image shows several faces")).toBe(
      "The reference photo shows several faces",
    );
  });
});

describe("megabytes", () => {
  it("rounds large sizes", () => {
    expect(megabytes(10 * 1024 * 1024)).toBe("10 MB");
    expect(megabytes(1.5 * 1024 * 1024)).toBe("1.5 MB");
  });
});
