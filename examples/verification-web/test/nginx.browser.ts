import { describe, expect, inject, it } from "vitest";

const url = inject("url");

// what nginx itself answers; through-nginx.sh names the service behind it
describe.skipIf(!process.env.DIRECT_URL)("nginx", () => {
  it("gives the page and the answers of the service the same security headers, once", async () => {
    const page = await fetch(url);
    const answer = await fetch(`${url}/api/models`);
    for (const name of [
      "content-security-policy",
      "x-content-type-options",
      "x-frame-options",
      "referrer-policy",
      "permissions-policy",
      "cross-origin-opener-policy",
      "cross-origin-resource-policy",
    ]) {
      expect(page.headers.get(name), name).toBeTruthy();
      // two of a name would be joined by a comma
      expect(answer.headers.get(name), name).toBe(page.headers.get(name));
    }
    expect(page.headers.get("server")).toBe("nginx");
  });

  it("keeps what is for the inside from the outside", async () => {
    const front = await (await fetch(url)).text();
    for (const path of ["/actuator/prometheus", "/actuator/health", "/api/../actuator/health"]) {
      expect(await (await fetch(url + path)).text(), path).toBe(front);
    }
  });

  it("refuses what is too large with the problem document of the service", async () => {
    const body = new FormData();
    body.set("image", new Blob([new Uint8Array(23 * 1024 * 1024)]), "huge.jpg");
    const answer = await fetch(`${url}/api/detect`, { method: "POST", body });
    expect(answer.status).toBe(413);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect((await answer.json()).type).toBe("tag:facever.io,2026:problem:image-too-large");
  });

  it("passes the id of a request on, so that both logs can be told together", async () => {
    const answer = await fetch(`${url}/api/models`);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  });
});
