/** Calls of the service, in the shapes of its OpenAPI document. */
import ky, { HTTPError, TimeoutError } from "ky";

export interface Point {
  x: number;
  y: number;
}

export interface Face {
  box: { x1: number; y1: number; x2: number; y2: number };
  score: number;
  landmarks: Record<"leftEye" | "rightEye" | "nose" | "mouthLeft" | "mouthRight", Point>;
}

/** One image of a pair. Coordinates are pixels of the upright image; (0, 0) is the centre of its first pixel. */
export interface Subject {
  image: { width: number; height: number };
  faces: Face[];
  /** Index of the face that was compared. */
  compared?: number;
  liveness?: { score: number; threshold: number; live: boolean };
}

/** Where a check of active liveness stands. */
export interface Challenge {
  id: string;
  phase: "LOOK_STRAIGHT" | "MOVE" | "PASSED" | "FAILED";
  instruction: string;
  done: number;
  moves: number;
  progress: number;
  reason?: { code: string; message: string };
  hint?: { code: string; message: string };
}

export type Outcome = "MATCH" | "NO_MATCH" | "INCONCLUSIVE";

export interface Timings {
  decodeMs: number;
  detectMs: number;
  alignMs: number;
  embedMs: number;
  totalMs: number;
}

export interface Verification {
  outcome: Outcome;
  similarity?: number;
  threshold: { value: number; origin: string; fmr?: number };
  reasons: { code: string; message: string }[];
  reference: Subject;
  query: Subject;
  model: string;
  timings: Timings;
}

/** A threshold, and the error rates that were measured at it. */
export interface OperatingPoint {
  fmr: number;
  threshold: number;
  fnmr: number;
}

export interface Models {
  models: {
    id: string;
    threshold: { value: number; origin: string };
    calibration?: { dataSet: string; points: OperatingPoint[] };
  }[];
  limits: { maxImageBytes: number; maxPixels: number };
}

interface ProblemDocument {
  type: string;
  title: string;
  detail: string;
  requestId?: string;
}

/** What can go wrong, in words for the person in front of the screen. */
export class ServiceError extends Error {
  constructor(
    readonly kind: string,
    message: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

const MESSAGES: Record<string, string> = {
  "not-an-image":
    "One of the files is not a picture that can be read. Please choose a JPEG, PNG or WebP photo.",
  "image-too-large": "One of the photos is too large. Please choose a smaller one.",
  overloaded: "The service is busy right now. Please wait a few seconds and compare again.",
  "time-limit": "The service took too long to answer. Please try again, or use smaller photos.",
  "not-ready": "The service is still starting. Please try again in a moment.",
  "not-found": "The service does not know this check any more. Please try again.",
  "api-key-required": "This service needs an access key. Please enter it below and compare again.",
};

const http = ky.create({ prefixUrl: "/api", timeout: 30_000, retry: 0 });

async function call<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw await explain(error);
  }
}

/** Turns what the HTTP library throws into words. */
export async function explain(error: unknown): Promise<ServiceError> {
  if (error instanceof HTTPError) {
    const problem = await readProblem(error.response);
    const kind =
      problem?.type.split(":").pop() ?? (error.response.status >= 502 ? "offline" : "failed");
    if (kind === "offline") {
      return offline();
    }
    const fallback = problem ? `${problem.title}: ${problem.detail}` : "The service failed.";
    return new ServiceError(kind, MESSAGES[kind] ?? fallback, problem?.requestId);
  }
  if (error instanceof TimeoutError) {
    return new ServiceError("time-limit", MESSAGES["time-limit"] ?? "");
  }
  return offline();
}

function offline(): ServiceError {
  return new ServiceError(
    "offline",
    "The service can't be reached. Please check your connection and try again.",
  );
}

async function readProblem(response: Response): Promise<ProblemDocument | undefined> {
  if (!response.headers.get("content-type")?.startsWith("application/problem+json")) {
    return undefined;
  }
  return (await response.json()) as ProblemDocument;
}

function keyHeader(key: string): Record<string, string> {
  return key ? { "X-API-Key": key } : {};
}

export function fetchModels(key: string): Promise<Models> {
  return call(() => http.get("models", { headers: keyHeader(key) }).json<Models>());
}

export function verify(
  reference: Blob,
  query: Blob,
  single: boolean,
  key: string,
): Promise<Verification> {
  const body = new FormData();
  body.set("reference", reference, "reference");
  body.set("query", query, "query");
  body.set("liveness", "true");
  if (single) {
    body.set("selection", "SINGLE");
  }
  return call(() => http.post("verify", { body, headers: keyHeader(key) }).json<Verification>());
}

export function startChallenge(key: string): Promise<Challenge> {
  return call(() => http.post("liveness", { headers: keyHeader(key) }).json<Challenge>());
}

export function showFrame(id: string, frame: Blob, key: string): Promise<Challenge> {
  const body = new FormData();
  body.set("frame", frame, "frame.jpg");
  return call(() =>
    http.post(`liveness/${id}`, { body, headers: keyHeader(key) }).json<Challenge>(),
  );
}
