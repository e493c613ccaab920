import { useCallback, useEffect, useId, useRef, useState } from "react";
import { useDropzone } from "react-dropzone";
import type { Subject } from "./api";
import { Camera } from "./Camera";
import { Challenge } from "./Challenge";
import { megabytes } from "./decision";
import { Overlay } from "./Overlay";

export interface ChosenPhoto {
  file: File | undefined;
  url: string | undefined;
  choose: (file: File | undefined) => void;
}

/** A photo and an address to show it by, which is given back when the photo changes. */
export function usePhoto(): ChosenPhoto {
  const [chosen, setChosen] = useState<{ file: File; url: string }>();
  const choose = useCallback(
    (file: File | undefined) => setChosen(file && { file, url: URL.createObjectURL(file) }),
    [],
  );
  useEffect(
    () => () => {
      if (chosen) {
        URL.revokeObjectURL(chosen.url);
      }
    },
    [chosen],
  );
  return { file: chosen?.file, url: chosen?.url, choose };
}

interface PhotoProps {
  title: string;
  hint: string;
  photo: ChosenPhoto;
  subject: Subject | undefined;
  limit: number | undefined;
  onChange: () => void;
  camera?: boolean;
  accessKey?: string;
}

/** One of the two photos: dropped, chosen or taken; with what was found drawn over it. */
export function Photo({
  title,
  hint,
  photo,
  subject,
  limit,
  onChange,
  camera = false,
  accessKey = "",
}: PhotoProps) {
  const [filming, setFilming] = useState<"photo" | "challenge">();
  const [complaint, setComplaint] = useState("");
  const takeButton = useRef<HTMLButtonElement>(null);
  const liveButton = useRef<HTMLButtonElement>(null);
  const headingId = useId();

  const take = useCallback(
    (file: File | undefined) => {
      setComplaint("");
      onChange();
      photo.choose(file);
    },
    [onChange, photo.choose],
  );

  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    accept: { "image/*": [] },
    multiple: false,
    noClick: true,
    noKeyboard: true,
    ...(limit ? { maxSize: limit } : {}),
    onDropAccepted: ([file]) => {
      setFilming(undefined);
      take(file);
    },
    onDropRejected: ([rejection]) => {
      take(undefined);
      const code = rejection?.errors[0]?.code;
      setComplaint(
        code === "file-too-large" && limit
          ? `This photo is too large (${megabytes(rejection?.file.size ?? 0)}). Please choose one of at most ${megabytes(limit)}.`
          : code === "too-many-files"
            ? "Please drop a single photo."
            : "This file is not a picture. Please choose a photo.",
      );
    },
  });

  const closeCamera = useCallback(() => setFilming(undefined), []);

  // the camera takes the focus with it when it goes
  const filmed = useRef<"photo" | "challenge">(undefined);
  useEffect(() => {
    if (filmed.current && !filming) {
      (filmed.current === "photo" ? takeButton : liveButton).current?.focus();
    }
    filmed.current = filming;
  }, [filming]);

  const film = {
    onPhoto: (file: File) => {
      take(file);
      closeCamera();
    },
    onClose: closeCamera,
  };

  return (
    <section className="photo" aria-labelledby={headingId}>
      <div className="heading">
        <h2 id={headingId}>{title}</h2>
        <p>{hint}</p>
      </div>
      <div {...getRootProps({ className: isDragActive ? "stage over" : "stage" })}>
        <input {...getInputProps({ "aria-label": `${title} photo`, tabIndex: -1 })} />
        {filming === "photo" ? (
          <Camera {...film} />
        ) : filming === "challenge" ? (
          <Challenge accessKey={accessKey} {...film} />
        ) : photo.url ? (
          <Overlay key={photo.url} url={photo.url} title={title} subject={subject} />
        ) : (
          <div className="empty">
            <svg viewBox="0 0 48 48" width="72" height="72" aria-hidden="true">
              <circle cx="24" cy="18" r="8" />
              <path d="M8 42c1-9 8-13 16-13s15 4 16 13" />
            </svg>
            <p>Drop a photo here</p>
          </div>
        )}
      </div>
      {complaint && (
        <p className="message error" role="alert">
          {complaint}
        </p>
      )}
      {!filming && (
        <div className="buttons">
          <button type="button" onClick={open} aria-label={`Choose ${title.toLowerCase()} photo`}>
            Choose a photo
          </button>
          {camera && (
            <>
              <button type="button" ref={takeButton} onClick={() => setFilming("photo")}>
                Use the camera
              </button>
              <button type="button" ref={liveButton} onClick={() => setFilming("challenge")}>
                Check that I am live
              </button>
            </>
          )}
          {photo.file && (
            <button
              type="button"
              className="quiet"
              onClick={() => take(undefined)}
              aria-label={`Remove ${title.toLowerCase()} photo`}
            >
              Remove
            </button>
          )}
        </div>
      )}
    </section>
  );
}
