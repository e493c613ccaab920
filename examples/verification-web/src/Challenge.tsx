import { useEffect, useRef, useState } from "react";
import { type Challenge as State, type ServiceError, showFrame, startChallenge } from "./api";
import { capture, useCamera } from "./Camera";

/** Wide enough for the face, and small to send. */
const FRAME_WIDTH = 640;
const FRAME_QUALITY = 0.85;
const LEAST_MILLIS_BETWEEN_FRAMES = 100;
const MILLIS_WHEN_BUSY = 300;

interface ChallengeProps {
  accessKey: string;
  onPhoto: (file: File) => void;
  onClose: () => void;
}

function sleep(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis));
}

/** Asks the person in front of the camera to move as the service says, and shows it the frames. */
export function Challenge({ accessKey, onPhoto, onClose }: ChallengeProps) {
  const { video, live, complaint } = useCamera();
  const [running, setRunning] = useState(false);
  const [state, setState] = useState<State>();
  const [error, setError] = useState("");
  const [last, setLast] = useState<Blob>();
  const next = useRef<HTMLButtonElement>(null);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  // the button that goes on has the focus: to start, to try again, or to use the photo
  useEffect(() => {
    if (live && !running) {
      next.current?.focus();
    }
  }, [live, running]);

  async function frame(id: string): Promise<State | undefined> {
    const blob = video.current && (await capture(video.current, FRAME_QUALITY, FRAME_WIDTH));
    if (!blob) {
      return undefined;
    }
    try {
      const answer = await showFrame(id, blob, accessKey);
      setLast(blob);
      return answer;
    } catch (failure) {
      if ((failure as ServiceError).kind !== "overloaded") {
        throw failure;
      }
      // a frame may be lost
      await sleep(MILLIS_WHEN_BUSY);
      return undefined;
    }
  }

  async function run() {
    setRunning(true);
    setError("");
    setState(undefined);
    try {
      let now = await startChallenge(accessKey);
      setState(now);
      while (!gone.current && now.phase !== "PASSED" && now.phase !== "FAILED") {
        const [answer] = await Promise.all([frame(now.id), sleep(LEAST_MILLIS_BETWEEN_FRAMES)]);
        if (answer) {
          now = answer;
          setState(now);
        }
      }
    } catch (failure) {
      setState(undefined);
      setError((failure as ServiceError).message);
    }
    setRunning(false);
  }

  const passed = state?.phase === "PASSED";
  return (
    <div className="camera">
      {complaint ? (
        <p className="message error" role="alert">
          {complaint}
        </p>
      ) : (
        <>
          <p className="instruction" role="status" data-phase={state?.phase}>
            {state
              ? state.instruction
              : live
                ? "You will be asked to move your head three times. Be alone, in good light, and move slowly."
                : "Starting the camera…"}
          </p>
          <video ref={video} muted playsInline aria-label="Live preview of the camera" />
          {state && (
            <>
              <progress
                max={state.moves}
                value={state.done + state.progress}
                aria-label="Movements done"
              />
              <p className="small">
                {state.done} of {state.moves} movements done
                {state.hint ? `. ${state.hint.message}` : ""}
              </p>
            </>
          )}
          {error && (
            <p className="message error" role="alert">
              {error}
            </p>
          )}
        </>
      )}
      <div className="buttons">
        {!complaint && !running && (
          <button
            type="button"
            className="primary"
            ref={next}
            disabled={!live}
            onClick={
              passed && last
                ? () => onPhoto(new File([last], "camera.jpg", { type: "image/jpeg" }))
                : run
            }
          >
            {passed ? "Use the last picture" : state || error ? "Try again" : "Start"}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {complaint || passed ? "Close" : "Cancel"}
        </button>
      </div>
    </div>
  );
}
