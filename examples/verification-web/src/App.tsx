import { useCallback, useEffect, useRef, useState } from "react";
import { type Models, ServiceError, type Verification, fetchModels, verify } from "./api";
import { Photo, usePhoto } from "./Photo";
import { Result } from "./Result";

export function App() {
  const reference = usePhoto();
  const query = usePhoto();
  const [models, setModels] = useState<Models>();
  const [answer, setAnswer] = useState<Verification>();
  const [threshold, setThreshold] = useState(0);
  const [error, setError] = useState<ServiceError>();
  const [busy, setBusy] = useState(false);
  const [single, setSingle] = useState(false);
  const [key, setKey] = useState("");
  const result = useRef<HTMLElement>(null);

  useEffect(() => {
    fetchModels("").then(setModels, (failure: ServiceError) => setError(failure));
  }, []);

  // once the answer is on the page: a frame asked for with the answer may come before it
  useEffect(() => {
    if (answer) {
      result.current?.focus({ preventScroll: true });
      result.current?.scrollIntoView({ behavior: "smooth", block: "nearest" });
    }
  }, [answer]);

  // an answer is about the photos that were sent: it goes when one of them changes
  const forget = useCallback(() => {
    setAnswer(undefined);
    setError(undefined);
  }, []);

  const ready = reference.file && query.file && !busy;

  async function compare() {
    if (!reference.file || !query.file) {
      return;
    }
    setBusy(true);
    forget();
    try {
      const found = await verify(reference.file, query.file, single, key);
      setAnswer(found);
      setThreshold(found.threshold.value);
      if (!models) {
        fetchModels(key).then(setModels, () => undefined);
      }
    } catch (failure) {
      setError(failure as ServiceError);
    } finally {
      setBusy(false);
    }
  }

  const limit = models?.limits.maxImageBytes;
  return (
    <>
      <header className="top">
        <img src="/icon.svg" alt="" width="40" height="40" />
        <div>
          <h1>Face verification</h1>
          <p>Are these two photos of the same person?</p>
        </div>
      </header>
      <main>
        <div className="photos">
          <Photo
            title="Reference"
            hint="The person as known"
            photo={reference}
            subject={answer?.reference}
            limit={limit}
            onChange={forget}
          />
          <Photo
            title="Query"
            hint="The person to verify"
            photo={query}
            subject={answer?.query}
            limit={limit}
            onChange={forget}
            camera
            accessKey={key}
          />
        </div>

        <div className="actions">
          <button type="button" className="primary" disabled={!ready} onClick={compare}>
            {busy ? "Comparing…" : "Compare"}
          </button>
          <label className="check">
            <input
              type="checkbox"
              checked={single}
              onChange={(event) => {
                setSingle(event.target.checked);
                forget();
              }}
            />
            Require exactly one face in each photo
          </label>
        </div>
        <p className="status" role="status">
          {busy
            ? "Comparing the faces…"
            : !reference.file || !query.file
              ? "Choose two photos to compare."
              : ""}
        </p>

        {error && (
          <div className="message error" role="alert">
            <strong>{error.kind === "offline" ? "Offline" : "That did not work"}</strong>
            <p>{error.message}</p>
            {error.requestId && <p className="small">Request {error.requestId}</p>}
            {error.kind === "api-key-required" && (
              <label className="key">
                Access key
                <input
                  type="password"
                  autoComplete="off"
                  value={key}
                  onChange={(event) => setKey(event.target.value)}
                />
              </label>
            )}
          </div>
        )}

        {answer && (
          <Result
            ref={result}
            answer={answer}
            threshold={threshold}
            onThreshold={setThreshold}
            points={models?.models[0]?.calibration?.points ?? []}
          />
        )}
      </main>
      <footer>
        <p>
          Photos are sent to this service only, live in its memory for the length of one request,
          and are never stored. While it checks that you are live, it keeps two descriptions of your
          face in memory.
        </p>
      </footer>
    </>
  );
}
