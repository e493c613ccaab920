/** Starts the service with the built page for the tests, or takes the one that SERVICE_URL names. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    url: string;
  }
}

const WEB = resolve(import.meta.dirname, "..");
const JAR = resolve(WEB, "../verification-service/target/verification-service-app.jar");
const MIRROR = resolve(WEB, "../../../shared/mirror");

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? done(address.port) : fail(new Error("no port")),
      );
    });
  });
}

async function untilReady(url: string, failed: () => string | undefined): Promise<void> {
  const end = Date.now() + 280_000;
  while (Date.now() < end) {
    const reason = failed();
    if (reason) {
      throw new Error(reason);
    }
    const answer = await fetch(`${url}/api/models`).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await new Promise((later) => setTimeout(later, 500));
  }
  throw new Error(`the service at ${url} did not get ready`);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export default async function setup(project: TestProject) {
  const given = process.env.SERVICE_URL;
  if (given) {
    const pid = Number(process.env.SERVICE_PID);
    await untilReady(given, () => (pid && !runs(pid) ? "the service ended" : undefined));
    project.provide("url", given);
    return undefined;
  }
  for (const [what, path] of [
    ["service: mvn -pl examples/verification-service -am package", JAR],
    ["page: npm run build", resolve(WEB, "dist/index.html")],
  ] as const) {
    if (!existsSync(path)) {
      throw new Error(`${path} is missing; build the ${what}`);
    }
  }
  const port = await freePort();
  const env = { ...process.env };
  if (!env.FACEVER_MIRROR && existsSync(MIRROR)) {
    env.FACEVER_MIRROR = MIRROR;
  }
  const child = spawn(
    "java",
    [
      "-jar",
      JAR,
      `--server.port=${port}`,
      `--spring.web.resources.static-locations=classpath:/static/,file:${WEB}/dist/`,
      // the machines that run this are busy
      "--service.time-limit=60s",
      "--service.challenge.max-gap=5s",
      // looks up, turns right, comes closer: what the moving video of the tests does
      "--service.challenge.seed=13",
    ],
    { env, stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      log += text;
    });
  }
  child.once("exit", () => {
    ended = true;
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, () => (ended ? `the service ended:\n${log}` : undefined));
  } catch (error) {
    child.kill();
    throw error;
  }
  project.provide("url", url);
  return async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill();
    await gone;
  };
}
