import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { SilentNote } from "./silent-note.tsx";

it("says of when the objects are, and nothing while the API server answers", () => {
  expect(renderToStaticMarkup(<SilentNote since={undefined} />)).toBe("");
  const said = renderToStaticMarkup(<SilentNote since="2026-08-20T14:02:10Z" />).replaceAll(/<[^>]*>/g, "");
  expect(said).toMatch(
    /^Not of now\. Objects as of .*: the API server hasn’t answered since\. It is asked again by itself\.$/,
  );
});
