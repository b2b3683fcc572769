/** Serves the scene page and our own sources with their types stripped: what is looked at is the code as it stands, unbundled. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scenes</title>
<link rel="stylesheet" href="/app/tokens.css">
<style>@font-face{font-family:"Inter Variable";src:url("/node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")}
:root{--font-inter:"Inter Variable";--font-jetbrains:monospace}html,body{margin:0;height:100%;background:var(--bg)}canvas{width:100%;height:100%;display:block}</style>
<script type="importmap">{"imports":{"#lib/":"/lib/"}}</script><canvas></canvas>
<script type="module">await document.fonts.load('600 12px "Inter Variable"');await document.fonts.load('400 12px "Inter Variable"');await import("/e2e/scenes/page.ts")</script></html>`;

const TYPES: Readonly<Record<string, string>> = { ts: "text/javascript", css: "text/css", woff2: "font/woff2" };

async function answer(path: string): Promise<{ readonly type: string; readonly body: string | Buffer } | null> {
  if (path === "/") return { type: "text/html", body: PAGE };
  const file = normalize(path);
  const type = TYPES[file.split(".").at(-1) ?? ""];
  if (type === undefined || !/^\/(lib|e2e\/scenes|app|node_modules\/@fontsource-variable)\//.test(file)) return null;
  const body = await readFile(join(ROOT, file));
  return { type, body: file.endsWith(".ts") ? stripTypeScriptTypes(body.toString()) : body };
}

/** Listens on a free port of 127.0.0.1. */
export async function serveScenes(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? "/", "http://scenes").pathname).then(
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
