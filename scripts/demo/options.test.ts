import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

const env = { NODE_ENV: "test" } as const;

test("without flags it is the shop on port 3000", () => {
  expect(readOptions([], env)).toMatchObject({ scenario: "shop", port: 3000, real: false, workloads: undefined });
});

test("every flag is read", () => {
  const args = "--scenario scale --workloads 1000 --namespaces 25 --seed 7 --port 0 --real".split(" ");
  expect(readOptions(args, { ...env, MESHSCOPE_LAB_DIR: "/elsewhere" })).toEqual({
    scenario: "scale",
    workloads: 1000,
    namespaces: 25,
    seed: 7,
    port: 0,
    real: true,
    dir: "/elsewhere",
  });
});

test.each([
  [["--port", "http"], "--port http: a whole number up to 65535"],
  [["--port=-1"], "--port -1: a whole number up to 65535"],
  [["--workloads", "1e9"], "--workloads 1e9"],
  [["--workload", "3"], "--workload"],
  [["extra"], "extra"],
])("%j is refused with the usage", (args, message) => {
  expect(() => readOptions(args, env)).toThrow(message);
  expect(() => readOptions(args, env)).toThrow("Usage: npm run demo --");
});
