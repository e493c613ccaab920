/** Writes the video of a head that moves, made from one photo, for the browser's fake camera. */
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";

const WIDTH = 640;
const HEIGHT = 480;
/** What Chromium plays a file of JPEGs at. */
const FRAMES_PER_SECOND = 30;
const STEPS = 12;

/** A pose at the end of a movement: degrees, positive to the right of the image and upwards; and how near. */
export interface Pose {
  yaw: number;
  pitch: number;
  zoom: number;
}

/**
 * A file of JPEGs in a row: straight at first, then each pose in turn, slowly there and back, with time between them.
 *
 * @param page a page of the service: its canvas makes the frames, and the service finds the face
 */
export async function writeMovingVideo(
  page: Page,
  photo: Buffer,
  poses: Pose[],
  file: string,
): Promise<void> {
  const still = await page.evaluate(
    async ({ base64, width, height }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const scale = Math.max(width / bitmap.width, height / bitmap.height);
      canvas
        .getContext("2d")
        ?.drawImage(
          bitmap,
          (width - bitmap.width * scale) / 2,
          (height - bitmap.height * scale) / 2,
          bitmap.width * scale,
          bitmap.height * scale,
        );
      const blob = await new Promise<Blob | null>((done) =>
        canvas.toBlob(done, "image/jpeg", 0.95),
      );
      const body = new FormData();
      body.set("image", blob ?? new Blob(), "still.jpg");
      const found = await (await fetch("/api/detect", { method: "POST", body })).json();
      return {
        landmarks: found.faces[0].landmarks,
        data: canvas.toDataURL("image/jpeg", 0.95).split(",")[1] ?? "",
      };
    },
    { base64: photo.toString("base64"), width: WIDTH, height: HEIGHT },
  );

  /** The photo, turned as if the face were a curved surface with a nose; what surrounds it stays where it is. */
  async function frame({ yaw, pitch, zoom }: Pose): Promise<Buffer> {
    const jpeg = await page.evaluate(
      async ({ still, yaw, pitch, zoom }) => {
        const bytes = Uint8Array.from(atob(still.data), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]));
        const { width, height } = bitmap;
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = height;
        const context = canvas.getContext("2d", { willReadFrequently: true });
        if (!context) {
          throw new Error("no canvas");
        }
        context.drawImage(bitmap, 0, 0);
        const source = context.getImageData(0, 0, width, height);
        const target = context.createImageData(width, height);
        const { leftEye, rightEye, nose, mouthLeft, mouthRight } = still.landmarks;
        const eyes = Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y);
        const cx = (leftEye.x + rightEye.x + mouthLeft.x + mouthRight.x) / 4;
        const cy = (leftEye.y + rightEye.y + mouthLeft.y + mouthRight.y) / 4;
        const radians = Math.PI / 180;
        const [sinYaw, cosYaw] = [Math.sin(yaw * radians), Math.cos(yaw * radians)];
        const [sinPitch, cosPitch] = [Math.sin(pitch * radians), Math.cos(pitch * radians)];
        for (let row = 0; row < height; row++) {
          for (let column = 0; column < width; column++) {
            const x = (column - cx) / zoom;
            const y = (row - cy) / zoom;
            const inside = 2 - 2 * Math.hypot(x / (2.4 * eyes), y / (3 * eyes));
            const t = Math.max(0, Math.min(1, inside));
            const weight = t * t * (3 - 2 * t);
            let fromX = x;
            let fromY = y;
            for (let i = 0; i < 4 && weight > 0; i++) {
              const across = (fromX + cx - nose.x) / (0.25 * eyes);
              const down = (fromY + cy - nose.y) / (0.32 * eyes);
              const bump = 0.5 * Math.exp(-(across * across + down * down) / 2);
              const depth = eyes * (bump - 0.25 * (fromX / eyes) ** 2);
              fromX = x + weight * ((x - depth * sinYaw) / cosYaw - x);
              fromY = y + weight * ((y + depth * sinPitch) / cosPitch - y);
            }
            const px = Math.max(0, Math.min(width - 1.001, cx + fromX));
            const py = Math.max(0, Math.min(height - 1.001, cy + fromY));
            const at = 4 * (Math.floor(py) * width + Math.floor(px));
            const right = px % 1;
            const below = py % 1;
            const to = 4 * (row * width + column);
            for (let c = 0; c < 4; c++) {
              const get = (offset: number) => source.data[at + offset + c] ?? 0;
              const upper = (1 - right) * get(0) + right * get(4);
              const lower = (1 - right) * get(4 * width) + right * get(4 * width + 4);
              target.data[to + c] = (1 - below) * upper + below * lower;
            }
          }
        }
        context.putImageData(target, 0, 0);
        return canvas.toDataURL("image/jpeg", 0.9).split(",")[1] ?? "";
      },
      { still, yaw, pitch, zoom },
    );
    return Buffer.from(jpeg, "base64");
  }

  const video: Buffer[] = [];
  function show(picture: Buffer, seconds: number) {
    const count = Math.round(seconds * FRAMES_PER_SECOND);
    video.push(...Array.from({ length: count }, () => picture));
  }

  const straight = await frame({ yaw: 0, pitch: 0, zoom: 1 });
  show(straight, 6);
  for (const pose of poses) {
    const way: Buffer[] = [];
    for (let step = 1; step <= STEPS; step++) {
      const share = step / STEPS;
      way.push(
        await frame({
          yaw: pose.yaw * share,
          pitch: pose.pitch * share,
          zoom: 1 + (pose.zoom - 1) * share,
        }),
      );
    }
    way.forEach((picture) => show(picture, 2 / STEPS));
    show(way.at(-1) ?? straight, 2);
    way.reverse().forEach((picture) => show(picture, 2 / STEPS));
    show(straight, 2);
  }
  writeFileSync(file, Buffer.concat(video));
}
