import { defineConfig } from "vitest/config";

// the page in a real browser, on a real service with real weights: see README.md of examples
export default defineConfig({
  test: {
    include: ["test/**/*.browser.ts"],
    globalSetup: "test/service.ts",
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
