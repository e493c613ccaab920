/** Writes the video that the browser's fake camera shows. */
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 10;

/**
 * A video in YUV4MPEG2 from a photo: it drifts by two pixels a frame, so that it is no still picture.
 *
 * @param page any page; its canvas decodes and scales the photo
 */
export async function writeVideo(page: Page, photo: Buffer, file: string): Promise<void> {
  const chunks: Buffer[] = [
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`, "ascii"),
  ];
  const frames = await page.evaluate(
    async ({ base64, width, height, count }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (!context) {
        throw new Error("no canvas");
      }
      const scale = Math.min(width / bitmap.width, height / bitmap.height);
      const frames: string[] = [];
      for (let frame = 0; frame < count; frame++) {
        context.fillStyle = "#777";
        context.fillRect(0, 0, width, height);
        const x = (width - bitmap.width * scale) / 2 + 2 * frame - count;
        context.drawImage(bitmap, x, 0, bitmap.width * scale, bitmap.height * scale);
        const rgba = context.getImageData(0, 0, width, height).data;
        let text = "";
        for (let i = 0; i < rgba.length; i += 8192) {
          text += String.fromCharCode(...rgba.subarray(i, i + 8192));
        }
        frames.push(btoa(text));
      }
      return frames;
    },
    { base64: photo.toString("base64"), width: WIDTH, height: HEIGHT, count: FRAMES },
  );
  for (const frame of frames) {
    chunks.push(Buffer.from("FRAME\n", "ascii"), toI420(Buffer.from(frame, "base64")));
  }
  writeFileSync(file, Buffer.concat(chunks));
}

/** RGBA to planar YCbCr with halved chroma, by the full-range matrix of JPEG (JFIF 1.02). */
function toI420(rgba: Buffer): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT);
  const blue = Buffer.alloc((WIDTH * HEIGHT) / 4);
  const red = Buffer.alloc((WIDTH * HEIGHT) / 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const i = 4 * (y * WIDTH + x);
      const [r = 0, g = 0, b = 0] = rgba.subarray(i, i + 3);
      luma[y * WIDTH + x] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      if (x % 2 === 0 && y % 2 === 0) {
        const j = ((y / 2) * WIDTH) / 2 + x / 2;
        blue[j] = clamp(128 - 0.168736 * r - 0.331264 * g + 0.5 * b);
        red[j] = clamp(128 + 0.5 * r - 0.418688 * g - 0.081312 * b);
      }
    }
  }
  return Buffer.concat([luma, blue, red]);
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
