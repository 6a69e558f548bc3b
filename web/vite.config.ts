import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running `cloud-analyzer serve`. */
const api = process.env.CLOUD_ANALYZER_API ?? "http://127.0.0.1:8080";

/** What the first drawing needs is compiled while it is being loaded, beside the thread that draws. Left alone, a browser
 *  compiles each function when it is called for the first time, in the middle of drawing. Browsers that do not know the
 *  word take it for a comment. */
const compileAtOnce = "//# allFunctionsCalledOnLoad\n";

/** Each script and style sheet compressed beside itself: once, and not for each visitor. From the files as they are
 *  written: before that, other plugins still have marks in them. */
function asWritten(): Plugin {
  return {
    name: "as-written",
    apply: "build",
    writeBundle({ dir = "dist" }, bundle) {
      for (const part of Object.values(bundle)) {
        if (!/\.(js|css)$/.test(part.fileName)) continue;
        const file = join(dir, part.fileName);
        let text = readFileSync(file);
        if (part.type === "chunk" && ["first", "index"].includes(part.name)) {
          text = Buffer.concat([Buffer.from(compileAtOnce), text]);
          writeFileSync(file, text);
        }
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(text));
      }
    },
  };
}

/** What asks for the first figures runs as soon as it is there, and not after the script that draws them, which is twelve
 *  times as large: the page's own script tags run in order, and only when the document is read. */
function asksFirst(): Plugin {
  return {
    name: "asks-first",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const file = Object.values(bundle ?? {}).find(
          (chunk) => chunk.type === "chunk" && chunk.moduleIds.some((id) => id.endsWith("/src/first.ts")),
        );
        if (file?.type !== "chunk") throw new Error("first.ts is in no file of its own");
        const draws = file.moduleIds.find((id) =>
          /[\\/]node_modules[\\/](react|react-dom|@mantine)[\\/]|\.tsx$/.test(id),
        );
        if (draws) throw new Error(`${draws} draws: first.ts, which only asks, must not import it`);
        const attrs = { type: "module", async: true, crossorigin: true, src: `/${file.fileName}` };
        return [{ tag: "script", attrs, injectTo: "head-prepend" }];
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), asWritten(), asksFirst()],
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
            { name: "first", test: /src[\\/]first\.ts$/, priority: 3 },
            { name: "app", tags: ["$initial"], priority: 2 },
            {
              name: "beside",
              test: /src[\\/](subsets[\\/]subset-selector|reports[\\/]saved-reports|explain[\\/]explain|analysis[\\/]all-accounts)\.tsx/,
              priority: 1,
            },
            // The chart of Cost Analysis in one file, though others draw with the same library.
            { name: "bars", test: /src[\\/]chart[\\/]stacked-bars\.tsx/ },
            { name: "spend", test: /src[\\/]analysis[\\/]spend-analysis\.tsx/ },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
