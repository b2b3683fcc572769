/** Serves the scene page: the drawing as it stands in the sources, without the page around it. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "..", "..");

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scenes</title>
<link rel="stylesheet" href="/app/tokens.css">
<style>@font-face{font-family:"Inter Variable";src:url("/node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")}
:root{--font-inter:"Inter Variable";--font-jetbrains:monospace}html,body{margin:0;height:100%;background:var(--bg)}canvas{width:100%;height:100%;display:block}</style>
<canvas></canvas>
<script type="module">await document.fonts.load('600 12px "Inter Variable"');await document.fonts.load('400 12px "Inter Variable"');await import("/page.js")</script></html>`;

const TYPES: Readonly<Record<string, string>> = { css: "text/css", woff2: "font/woff2" };

async function bundle(): Promise<string> {
  const bundled = await rolldown({ input: "e2e/scenes/page.ts", cwd: ROOT, platform: "browser" });
  const { output } = await bundled.generate({ format: "esm" });
  await bundled.close();
  return output[0].code;
}

async function answer(path: string, script: string): Promise<{ type: string; body: string | Buffer } | null> {
  if (path === "/") return { type: "text/html", body: PAGE };
  if (path === "/page.js") return { type: "text/javascript", body: script };
  const file = normalize(path);
  const type = TYPES[file.split(".").at(-1) ?? ""];
  if (type === undefined || !/^\/(app|node_modules\/@fontsource-variable)\//.test(file)) return null;
  return { type, body: await readFile(join(ROOT, file)) };
}

/** Listens on a free port of 127.0.0.1. */
export async function serveScenes(): Promise<{ readonly url: string; readonly server: Server }> {
  const script = await bundle();
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? "/", "http://scenes").pathname, script).then(
      (found) => {
        response.writeHead(found === null ? 404 : 200, { "content-type": found?.type ?? "text/plain" });
        response.end(found?.body);
      },
      () => {
        response.writeHead(404);
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
