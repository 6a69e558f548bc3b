import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running `cloud-analyzer serve`. */
const api = process.env.CLOUD_ANALYZER_API ?? "http://127.0.0.1:8080";

/** Each script and style sheet compressed beside itself: once, and not for each visitor. From the files as they are
 *  written: before that, other plugins still have marks in them. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir = "dist" }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css)$/.test(name)) continue;
        const file = join(dir, name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  server: { proxy: { "/api": api } },
  preview: { proxy: { "/api": api } },
  // No inlined assets: the Content-Security-Policy of the server allows files of its own origin alone.
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    sourcemap: false,
    // One file for what every page needs, and one for what Cost Analysis loads beside its figures: left alone, the
    // bundler makes a file of each few modules that two pages share, and a browser waits for dozens.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "app", tags: ["$initial"], priority: 2 },
            {
              name: "beside",
              test: /src[\\/](subsets[\\/]subset-selector|reports[\\/]saved-reports|explain[\\/]explain|analysis[\\/]all-accounts)\.tsx/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
