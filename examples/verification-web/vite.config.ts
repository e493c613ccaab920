import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// while developing, the page comes from Vite and the interface from the service on its default port
const proxy = { "/api": "http://127.0.0.1:8080" };

export default defineConfig({
  plugins: [react()],
  server: { host: "127.0.0.1", proxy },
  // no inlined files: the content security policy of the page allows none
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: { include: ["src/**/*.test.ts"] },
});
