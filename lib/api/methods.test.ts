import { expect, it } from "vitest";
import { methodsAt } from "./methods.ts";

it.each([
  ["graph", ["GET", "HEAD"]],
  ["graph/stream", ["GET", "HEAD"]],
  ["graph/stream/", ["GET", "HEAD"]],
  ["session", ["DELETE", "GET", "HEAD", "POST"]],
  ["plans/apply", ["POST"]],
  ["changes/revert", ["POST"]],
  ["changes/abc/revert", ["POST"]],
  ["changes", ["GET", "HEAD"]],
  ["policies/c/core/v1/Namespace/-/x", ["GET", "HEAD"]],
  ["policies/c/core", null],
  ["nothing", null],
  ["", null],
])("/api/v1/%s answers %j", (path, expected) => {
  expect(methodsAt(`/api/v1/${path}`)?.toSorted() ?? null).toEqual(expected);
});
