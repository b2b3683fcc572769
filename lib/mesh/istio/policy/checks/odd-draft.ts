/** What checks of odd values share. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { type Draft, removing } from "./family.ts";
import { removingWhole } from "./mend.ts";

const SHOWN = 60;

/** A text of an object as a message quotes it. */
export const short = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** A value that is taken and likely not meant. */
export const odd = (at: Manifest, path: Segments, message: string, fix: Draft["fix"]): Draft => ({
  code: "value-odd",
  at,
  path,
  message,
  fix,
});

/** The fix that takes a place away. */
export const without = (path: Segments, text = "Take it away."): Draft["fix"] => ({ text, edits: [removing(path)] });

/** The same, with what would be left empty around it: Istio refuses a fault or a pool that says nothing. */
export const withoutWhole = (object: Manifest, path: Segments): Draft["fix"] => ({
  text: "Take it away.",
  edits: [removingWhole(object, path)],
});
