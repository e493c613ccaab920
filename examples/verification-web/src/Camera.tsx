import { useEffect, useRef, useState } from "react";

/** Why the camera can't be used, for people. */
function explain(error: unknown): string {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "The camera was refused. Allow it in the settings of your browser for this page, or choose a photo.";
    case "NotFoundError":
      return "No camera was found. Please choose a photo instead.";
    case "NotReadableError":
      return "The camera is in use by another program. Close that, or choose a photo.";
    default:
      return "The camera can't be used here. Please choose a photo instead.";
  }
}

/** The live camera in a video element, let go of with the component that uses it. */
export function useCamera() {
  const video = useRef<HTMLVideoElement>(null);
  const [live, setLive] = useState(false);
  const [complaint, setComplaint] = useState("");

  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    async function start() {
      try {
        // undefined where the page was not loaded safely
        if (!navigator.mediaDevices) {
          throw new DOMException("no media devices", "NotSupportedError");
        }
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
          audio: false,
        });
        if (gone) {
          stream.getTracks().forEach((track) => track.stop());
          return;
        }
        if (video.current) {
          video.current.srcObject = stream;
          await video.current.play();
          setLive(true);
        }
      } catch (error) {
        if (!gone) {
          setComplaint(explain(error));
        }
      }
    }
    void start();
    return () => {
      gone = true;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);

  return { video, live, complaint };
}

/** What a video shows now, as a JPEG that is not mirrored, no wider than asked for. */
export function capture(
  source: HTMLVideoElement,
  quality: number,
  width = Number.POSITIVE_INFINITY,
): Promise<Blob | null> {
  const scale = Math.min(1, width / source.videoWidth);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(source.videoWidth * scale);
  canvas.height = Math.round(source.videoHeight * scale);
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

interface CameraProps {
  onPhoto: (file: File) => void;
  onClose: () => void;
}

/** A live preview, mirrored as people know themselves; the photo taken is not mirrored. */
export function Camera({ onPhoto, onClose }: CameraProps) {
  const { video, live, complaint } = useCamera();
  const shutter = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (live) {
      shutter.current?.focus();
    }
  }, [live]);

  async function take() {
    const blob = video.current && (await capture(video.current, 0.95));
    if (blob) {
      onPhoto(new File([blob], "camera.jpg", { type: "image/jpeg" }));
    }
  }

  return (
    <div className="camera">
      {complaint ? (
        <p className="message error" role="alert">
          {complaint}
        </p>
      ) : (
        <>
          <video ref={video} muted playsInline aria-label="Live preview of the camera" />
          {!live && <p role="status">Starting the camera…</p>}
        </>
      )}
      <div className="buttons">
        {!complaint && (
          <button type="button" className="primary" ref={shutter} disabled={!live} onClick={take}>
            Take the photo
          </button>
        )}
        <button type="button" onClick={onClose}>
          {complaint ? "Close" : "Cancel"}
        </button>
      </div>
    </div>
  );
}
