import { expect, it } from "vitest";
import { parseLogsQuery } from "./logs.ts";

it.each([
  ["cluster=west&namespace=shop", "bad_parameter"],
  ["cluster=west&namespace=shop&pod=a&workload=b", "bad_parameter"],
  ["cluster=west&pod=a", "bad_parameter"],
  ["cluster=west&namespace=shop&pod=a&limit=5001", "bad_parameter"],
  ["cluster=west&namespace=shop&pod=a&previous=yes", "bad_parameter"],
  ["cluster=west&namespace=shop&pod=a&start=2000000000&end=1000000000", "bad_instant"],
  ["cluster=west&namespace=shop&pod=a&start=soon", "bad_instant"],
])("%s is refused: %s", (text, code) => {
  expect(() => parseLogsQuery(new URLSearchParams(text))).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code }) }),
  );
});
