import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { writeVideo } from "./fakeCamera";
import { writeMovingVideo } from "./movingCamera";

const PHOTOS = resolve(import.meta.dirname, "../../../../shared/photos");
const SCREENSHOTS = resolve(import.meta.dirname, "../target/screenshots");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = [PHOTOS, CHROMIUM].filter((path) => !existsSync(path));

if (missing.length > 0 && process.env.CI === "true") {
  throw new Error(`missing: ${missing.join(", ")}`);
}

const photo = (name: string) => join(PHOTOS, `${name}.jpg`);
const BILL = photo("Bill_Gates_0000");
const BILL_LATER = photo("Bill_Gates_0001");
const BILL_LIVE = photo("Bill_Gates_0002");
const LARRY = photo("Larry_Page_0000");
const CROWD = photo("multiface");

function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

describe.skipIf(missing.length > 0)("the page in a real browser", () => {
  const url = inject("url");
  // nginx passes on the interface alone; its document is read at the service
  const service = process.env.DIRECT_URL ?? url;
  let folder: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "facever-camera-"));
    const video = join(folder, "camera.y4m");
    const studio = await launch();
    await writeVideo(await studio.newPage(), readFileSync(BILL_LIVE), video);
    await studio.close();
    browser = await launch(
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${video}`,
    );
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions = {}, from = browser): Promise<Page> {
    const context = await from.newContext({
      viewport: { width: 1100, height: 1150 },
      ...options,
    });
    page = await context.newPage();
    // the machines that run this are busy
    page.setDefaultTimeout(90_000);
    complaints = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const here = [url, service].some((base) => request.url().startsWith(base));
      if (!here && !/^(blob|data):/.test(request.url())) {
        complaints.push(`a request to ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  afterEach(async () => {
    const seen = complaints;
    await page.context().close();
    expect(seen, "errors of the page, and requests to elsewhere").toEqual([]);
  });

  async function choose(side: "Reference" | "Query", file: Parameters<Page["setInputFiles"]>[1]) {
    await page.getByLabel(`${side} photo`, { exact: true }).setInputFiles(file);
  }

  async function compare(outcome: string) {
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(`[data-outcome=${outcome}]`).waitFor();
  }

  /** How many pixels of an overlay are drawn on. */
  function drawn(index: number): Promise<number> {
    return page
      .locator("canvas")
      .nth(index)
      .evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
        return data ? data.filter((value, i) => i % 4 === 3 && value > 0).length : 0;
      });
  }

  function screenshot(name: string) {
    return page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  it("shows a match of two photos of one person, with both overlays", async () => {
    await open();
    await choose("Reference", BILL);
    await choose("Query", BILL_LATER);
    await compare("MATCH");

    expect(await page.getByRole("heading", { name: "Match", exact: true }).isVisible()).toBe(true);
    expect(await drawn(0)).toBeGreaterThan(200);
    expect(await drawn(1)).toBeGreaterThan(200);
    expect(await page.getByRole("img", { name: /^Similarity 0\.\d+ .*: Match$/ }).isVisible()).toBe(
      true,
    );
    expect(await page.getByRole("table").getByRole("cell").allTextContents()).toHaveLength(5);
    await screenshot("match");
  });

  it("decides again at another threshold without asking the service", async () => {
    await open();
    await choose("Reference", BILL);
    await choose("Query", BILL_LATER);
    await compare("MATCH");
    let requests = 0;
    page.on("request", () => {
      requests++;
    });
    await page.getByLabel(/^Threshold/).focus();
    await page.keyboard.press("End");
    await page.locator("[data-outcome=NO_MATCH]").waitFor();
    await page.getByRole("button", { name: "Threshold of the service" }).click();
    await page.locator("[data-outcome=MATCH]").waitFor();
    const own = Number(await page.getByLabel(/^Threshold/).inputValue());
    await page.getByLabel("False matches that are accepted").selectOption({ index: 1 });
    expect(Number(await page.getByLabel(/^Threshold/).inputValue())).toBeLessThan(own);
    expect(requests).toBe(0);
  });

  it("shows no match of two different people, in the dark too", async () => {
    await open({ colorScheme: "dark" });
    await choose("Reference", BILL);
    await choose("Query", LARRY);
    await compare("NO_MATCH");
    expect(await page.getByRole("heading", { name: "No match" }).isVisible()).toBe(true);
    await screenshot("no-match-dark");
  });

  it("asks for a clearer image when there is no face", async () => {
    await open();
    const meadow = await page.evaluate(() => {
      const canvas = document.createElement("canvas");
      canvas.width = 640;
      canvas.height = 480;
      const context = canvas.getContext("2d");
      if (context) {
        context.fillStyle = "#8ec5ff";
        context.fillRect(0, 0, 640, 240);
        context.fillStyle = "#4c9a4f";
        context.fillRect(0, 240, 640, 240);
      }
      return canvas.toDataURL("image/png").split(",")[1] ?? "";
    });
    await choose("Reference", BILL);
    await choose("Query", {
      name: "meadow.png",
      mimeType: "image/png",
      buffer: Buffer.from(meadow, "base64"),
    });
    await compare("INCONCLUSIVE");
    expect(await page.getByText("No face was found in the query photo.").isVisible()).toBe(true);
    await screenshot("no-face");
  });

  it("says so when there are several faces and one is required", async () => {
    await open();
    await choose("Reference", CROWD);
    await choose("Query", BILL);
    await page.getByLabel("Require exactly one face in each photo").check();
    await compare("INCONCLUSIVE");
    expect(await page.getByText("The reference photo shows several faces").isVisible()).toBe(true);
    await screenshot("several-faces");
  });

  it("takes the query from the live camera", async () => {
    await open({ permissions: ["camera"] });
    await choose("Reference", BILL);
    await page.getByRole("button", { name: "Use the camera" }).click();
    const shutter = page.getByRole("button", { name: "Take the photo" });
    await shutter.waitFor();
    await expect.poll(() => shutter.isEnabled(), { timeout: 30_000 }).toBe(true);
    await screenshot("camera-live");
    await shutter.click();
    await page.getByAltText("Query as chosen").waitFor();
    await compare("MATCH");
    expect(await drawn(1)).toBeGreaterThan(200);
    await screenshot("camera-match");
  });

  it("finds that a head moves as it is asked to, with the keyboard alone", async () => {
    const studio = await launch();
    const set = await studio.newPage();
    await set.goto(url);
    const video = join(folder, "moving.mjpeg");
    await writeMovingVideo(
      set,
      readFileSync(BILL_LATER),
      [
        { yaw: 0, pitch: 35, zoom: 1 },
        { yaw: -40, pitch: 0, zoom: 1 },
        { yaw: 0, pitch: 0, zoom: 1.5 },
      ],
      video,
    );
    await studio.close();
    const moving = await launch(
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${video}`,
    );
    try {
      await open({ permissions: ["camera"] }, moving);
      await choose("Reference", BILL);
      await page.getByRole("button", { name: "Check that I am live" }).focus();
      await page.keyboard.press("Enter");
      const start = page.getByRole("button", { name: "Start" });
      await expect.poll(() => start.isEnabled(), { timeout: 30_000 }).toBe(true);
      await page.keyboard.press("Enter");
      await page.getByText("Look up slowly.").waitFor();
      await screenshot("live-look-up");
      await page.getByText("Turn your head slowly to the right.").waitFor();
      await page.getByText("Come closer to the camera.").waitFor();
      await page.getByText("Thank you, that was all.").waitFor();
      expect(await page.getByText("3 of 3 movements done").isVisible()).toBe(true);
      await screenshot("live-passed");
      await page.keyboard.press("Enter");
      await page.getByAltText("Query as chosen").waitFor();
      await compare("MATCH");
      expect(await page.getByText("Query: looks alive").isVisible()).toBe(true);
      expect(await page.getByText("Reference: may be a picture of a face").isVisible()).toBe(true);
      await screenshot("live-match");
      await page.context().close();
    } finally {
      await moving.close();
    }
  });

  it("does not take a still photo before the camera for somebody live", async () => {
    await open({ permissions: ["camera"] });
    await page.getByRole("button", { name: "Check that I am live" }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Look up slowly.").waitFor();
    await page.getByText("It took too long. Please try again.").waitFor();
    expect(await page.getByText("0 of 3 movements done").isVisible()).toBe(true);
    expect(
      await page.evaluate(() => document.activeElement?.textContent),
      "the focus is where it goes on",
    ).toBe("Try again");
    await screenshot("live-still-photo");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Choose two photos to compare.").waitFor();
  });

  it("explains a refused camera and lets go of it", async () => {
    await open();
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByText("The camera was refused.").waitFor();
    await screenshot("camera-refused");
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByText("Choose two photos to compare.").waitFor();
  });

  it("refuses large files and other files before they are sent", async () => {
    await open();
    await page.waitForLoadState("networkidle");
    await choose("Query", {
      name: "huge.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.alloc(11 * 1024 * 1024),
    });
    await page.getByText("This photo is too large (11 MB).").waitFor();
    await choose("Reference", { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await page.getByText("This file is not a picture.").waitFor();
  });

  it("says what to do when the file is no picture, and when the service is gone", async () => {
    await open();
    await choose("Reference", BILL);
    await choose("Query", {
      name: "b.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from("no jpeg"),
    });
    await page.getByText("This file can't be shown as a picture.").waitFor();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("One of the files is not a picture that can be read.").waitFor();
    await page.route("**/api/verify", (route) => route.abort());
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("The service can't be reached.").waitFor();
    await screenshot("offline");
    // the browser itself logs the answer 422, the broken picture and the aborted request
    expect(complaints.every((text) => /Failed to load resource|ERR_/.test(text))).toBe(true);
    complaints.length = 0;
  });

  it("takes dropped files", async () => {
    await open();
    const transfer = await page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "dropped.jpg", { type: "image/jpeg" }));
      return data;
    }, readFileSync(BILL).toString("base64"));
    await page.locator(".stage").first().dispatchEvent("drop", { dataTransfer: transfer });
    await page.getByAltText("Reference as chosen").waitFor();
  });

  it("works with the keyboard alone", async () => {
    await open();
    await choose("Reference", BILL);
    await choose("Query", BILL_LATER);
    await page.keyboard.press("Tab");
    const order: string[] = [];
    for (let i = 0; i < 12; i++) {
      const name = await page.evaluate(
        () =>
          document.activeElement?.getAttribute("aria-label") ??
          document.activeElement?.textContent ??
          "",
      );
      order.push(name);
      if (name === "Compare") {
        break;
      }
      await page.keyboard.press("Tab");
    }
    expect(order).toContain("Choose reference photo");
    expect(order).toContain("Use the camera");
    expect(order.at(-1)).toBe("Compare");
    await page.keyboard.press("Enter");
    await page.locator("[data-outcome=MATCH]").waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("Result");
  });

  it("fits a phone without scrolling sideways", async () => {
    await open({
      viewport: { width: 375, height: 812 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    await choose("Reference", BILL);
    await choose("Query", BILL_LATER);
    await compare("MATCH");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      375,
    );
    await screenshot("phone");
  });

  it("shows the document of the interface without asking elsewhere", async () => {
    await open();
    await page.goto(`${service}/docs/index.html`);
    await page.getByText("Compare the faces of two images").waitFor();
  });
});
