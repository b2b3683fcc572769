/** What Istio's webhook refuses of plugins and of how proxies start: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { type Draft, removing, setting } from "./family.ts";
import { short } from "./odd-draft.ts";
import { numbered, refused } from "./refused-draft.ts";
import { pluginUrlProblem } from "./urls.ts";

/** (ValidateWasmPlugin) */
export function* refusedPlugin(plugin: Manifest): Generator<Draft> {
  yield* wasm(plugin, specOf(plugin), ["spec"]);
  yield* matches(plugin);
}

const LONGEST_CODE = 65_536;

/** (ValidateTrafficExtension) */
export function* refusedExtension(extension: Manifest): Generator<Draft> {
  const spec = specOf(extension);
  const [first, second] = ["wasm", "lua"].filter((key) => has(spec, key));
  if (first === undefined) yield refused(extension, ["spec"], "It loads nothing.", "Add wasm or lua.");
  if (second !== undefined)
    yield refused(extension, ["spec", second], "Only one of wasm and lua can be said.", "Make an object for each.");
  if (has(spec, "wasm")) yield* wasm(extension, objectAt(spec, "wasm"), ["spec", "wasm"]);
  if (has(spec, "lua")) {
    const code = textAt(objectAt(spec, "lua"), "inlineCode") ?? "";
    const place = ["spec", "lua", "inlineCode"];
    if (code === "") yield refused(extension, place, "There is no code.", "Write some.");
    else if (new TextEncoder().encode(code).length > LONGEST_CODE)
      yield refused(extension, place, "The code has more than 64 KB.", "Make it shorter, or a plugin.");
  }
  yield* matches(extension);
}

const DIGEST = /^[a-f0-9]{64}$/;
const LONGEST_NAME = 256;
const LONGEST_SECRET = 253;

/** What a plugin is loaded from. */
function* wasm(at: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  const text = (key: string) => textAt(value, key) ?? "";
  const url = text("url");
  const problem = url === "" ? "It says nothing of where the plugin is." : pluginUrlProblem(url);
  if (problem !== null)
    yield refused(at, [...path, "url"], problem, "Write an image, or a URL of file, http, https or oci.");
  const digest = text("sha256");
  const lower = digest.toLowerCase();
  if (digest !== "" && !DIGEST.test(digest)) {
    const place = [...path, "sha256"];
    yield refused(
      at,
      place,
      "A digest is 64 hexadecimal digits, in lower case.",
      DIGEST.test(lower) ? { text: "Write it in lower case.", edits: [setting(place, lower)] } : "Write the plugin’s.",
    );
  }
  for (const [key, most] of [
    ["imagePullSecret", LONGEST_SECRET],
    ["pluginName", LONGEST_NAME],
  ] as const) {
    if (text(key).length > most)
      yield refused(at, [...path, key], `It has more than ${most} characters.`, "Write a shorter one.");
  }
  yield* variables(at, listAt(objectAt(value, "vmConfig"), "env"), [...path, "vmConfig", "env"]);
}

/** (validateWasmPluginVMConfig) */
function* variables(at: Manifest, all: readonly JsonObject[], path: Segments): Generator<Draft> {
  const names = new Set<string>();
  for (const [i, variable] of all.entries()) {
    const place = [...path, i];
    const name = textAt(variable, "name") ?? "";
    if (name === "") yield refused(at, place, "The variable has no name.", "Name it.");
    else if (name.length > LONGEST_NAME)
      yield refused(at, [...place, "name"], `It has more than ${LONGEST_NAME} characters.`, "Write a shorter one.");
    else if (names.has(name)) yield refused(at, [...place, "name"], `${short(name)} is said twice.`, "Keep one.");
    names.add(name);
    if ((textAt(variable, "valueFrom") ?? "INLINE") !== "INLINE" && (textAt(variable, "value") ?? "") !== "")
      yield refused(at, [...place, "value"], "The value comes from the proxy’s own environment.", {
        text: "Take it away.",
        edits: [removing([...place, "value"])],
      });
  }
}

/** (validateWasmPluginMatch, validateTrafficExtensionMatch) */
function* matches(at: Manifest): Generator<Draft> {
  for (const [i, match] of listAt(at.spec, "match").entries()) {
    for (const [j, port] of listAt(match, "ports").entries())
      yield* numbered(at, port, "number", ["spec", "match", i, "ports", j]);
  }
}

/** (ValidateProxyConfig) */
export function* refusedProxyConfig(config: Manifest): Generator<Draft> {
  const threads = numberAt(config.spec, "concurrency") ?? 0;
  if (threads < 0)
    yield refused(
      config,
      ["spec", "concurrency"],
      `${threads} is less than none.`,
      "Write 0 for as many as there are CPUs.",
    );
}
