import { useEffect, useRef, useState } from "react";
import type { Subject } from "./api";

interface OverlayProps {
  url: string;
  title: string;
  subject: Subject | undefined;
}

/** A photo with the boxes and landmarks drawn over it; the compared face stands out. */
export function Overlay({ url, title, subject }: OverlayProps) {
  const image = useRef<HTMLImageElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState(0);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const element = image.current;
    if (!element) {
      return;
    }
    const observer = new ResizeObserver(() => setSize(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (canvas.current && size > 0) {
      draw(canvas.current, size, subject);
    }
  }, [size, subject]);

  if (broken) {
    return <p className="empty">This file can't be shown as a picture.</p>;
  }
  return (
    <div className="overlay">
      <img ref={image} src={url} alt={`${title} as chosen`} onError={() => setBroken(true)} />
      <canvas
        ref={canvas}
        role="img"
        data-faces={subject?.faces.length}
        aria-label={subject ? describe(subject) : undefined}
        hidden={!subject}
      />
    </div>
  );
}

function describe(subject: Subject): string {
  const count = subject.faces.length;
  const found =
    count === 0 ? "No face found" : count === 1 ? "One face found" : `${count} faces found`;
  return subject.compared === undefined
    ? `${found}; none was compared`
    : `${found}, marked with a box`;
}

function draw(canvas: HTMLCanvasElement, width: number, subject: Subject | undefined) {
  const context = canvas.getContext("2d");
  if (!context || !subject) {
    return;
  }
  const density = window.devicePixelRatio || 1;
  const scale = width / subject.image.width;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(subject.image.height * scale * density);
  // centres of pixels lie at whole numbers, so the edge of the image lies at -0.5
  context.setTransform(
    scale * density,
    0,
    0,
    scale * density,
    0.5 * scale * density,
    0.5 * scale * density,
  );
  const line = 1 / scale;
  subject.faces.forEach((face, index) => {
    const compared = index === subject.compared;
    const { x1, y1, x2, y2 } = face.box;
    context.setLineDash(compared ? [] : [6 * line, 4 * line]);
    // dark under bright, so that it shows on any photo
    context.strokeStyle = "rgba(0, 0, 0, 0.65)";
    context.lineWidth = (compared ? 6 : 4) * line;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    context.strokeStyle = compared ? "#38e08b" : "#ffffff";
    context.lineWidth = (compared ? 3 : 1.5) * line;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    context.setLineDash([]);
    if (compared) {
      for (const point of Object.values(face.landmarks)) {
        context.beginPath();
        context.arc(point.x, point.y, 3.5 * line, 0, 2 * Math.PI);
        context.fillStyle = "#ffd23f";
        context.fill();
        context.strokeStyle = "rgba(0, 0, 0, 0.8)";
        context.lineWidth = 1.2 * line;
        context.stroke();
      }
    }
  });
}
