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

interface CameraProps {
  onPhoto: (file: File) => void;
  onClose: () => void;
}

/** A live preview, mirrored as people know themselves; the photo taken is not mirrored. */
export function Camera({ onPhoto, onClose }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const shutter = useRef<HTMLButtonElement>(null);
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

  useEffect(() => {
    if (live) {
      shutter.current?.focus();
    }
  }, [live]);

  function take() {
    const source = video.current;
    if (!source) {
      return;
    }
    const canvas = document.createElement("canvas");
    canvas.width = source.videoWidth;
    canvas.height = source.videoHeight;
    canvas.getContext("2d")?.drawImage(source, 0, 0);
    canvas.toBlob(
      (blob) => {
        if (blob) {
          onPhoto(new File([blob], "camera.jpg", { type: "image/jpeg" }));
        }
      },
      "image/jpeg",
      0.95,
    );
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
