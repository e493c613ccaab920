import type { Outcome, Verification } from "./api";

/** Decides again about an answer, as the service does: a match reaches the threshold. */
export function decide(verification: Verification, threshold: number): Outcome {
  if (verification.similarity === undefined) {
    return "INCONCLUSIVE";
  }
  return verification.similarity >= threshold ? "MATCH" : "NO_MATCH";
}

export const WORDS: Record<Outcome, { title: string; text: string; icon: string }> = {
  MATCH: {
    title: "Match",
    text: "The faces are similar enough to be taken for the same person.",
    icon: "✓",
  },
  NO_MATCH: {
    title: "No match",
    text: "The faces are taken for different people.",
    icon: "✕",
  },
  INCONCLUSIVE: {
    title: "Inconclusive",
    text: "There is no decision. Please give a clearer image.",
    icon: "?",
  },
};

/** The reasons speak of the first and the second image; the page calls them reference and query. */
export function inWordsOfThePage(message: string): string {
  return message
    .replace(/the first image/i, (found) => keepCase(found, "the reference photo"))
    .replace(/the second image/i, (found) => keepCase(found, "the query photo"));
}

function keepCase(found: string, words: string): string {
  return found.startsWith("T") ? `T${words.slice(1)}` : words;
}

/** How large a file is, for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;
}
