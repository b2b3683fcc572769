import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openapi } from "./openapi.ts";

const FILE = new URL("../../docs/api.json", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

it("docs/api.json says what the schemas say (UPDATE_API=1 rewrites it)", () => {
  const text = `${JSON.stringify(openapi(version), null, 1)}\n`;
  if (process.env["UPDATE_API"] === "1") writeFileSync(FILE, text);
  expect(readFileSync(FILE, "utf8")).toBe(text);
});
