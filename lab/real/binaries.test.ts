import { expect, it } from "vitest";
import { realAds, realBinaries, realCel, realEnvoy, realJaeger, realZipkin } from "./binaries.ts";

const node = process.execPath;

it("takes the paths of all programs from the environment", () => {
  const env = {
    NODE_ENV: "test",
    MESHSCOPE_KUBE_APISERVER: node,
    MESHSCOPE_ETCD: node,
    MESHSCOPE_ISTIOD: node,
  } as const;
  expect(realBinaries(env)).toEqual({ apiserver: node, etcd: node, istiod: node });
});

it.each([
  [{ MESHSCOPE_ETCD: node }, "a real component needs the path of a kube-apiserver in MESHSCOPE_KUBE_APISERVER"],
  [{ MESHSCOPE_KUBE_APISERVER: node, MESHSCOPE_ETCD: "" }, "the path of an etcd in MESHSCOPE_ETCD"],
  [
    { MESHSCOPE_KUBE_APISERVER: node, MESHSCOPE_ETCD: "/nowhere/etcd" },
    "MESHSCOPE_ETCD=/nowhere/etcd isn't a program that can be run",
  ],
])("says which one is missing in %j", (env, reason) => {
  expect(() => realBinaries({ NODE_ENV: "test", ...env })).toThrow(reason);
});

it("asks for tracing backends one by one", () => {
  const env = { NODE_ENV: "test", MESHSCOPE_JAEGER: node } as const;
  expect(realJaeger(env)).toBe(node);
  expect(() => realZipkin(env)).toThrow("the path of a Zipkin server in MESHSCOPE_ZIPKIN");
});

it("asks for a data plane's programs one by one", () => {
  const env = { NODE_ENV: "test", MESHSCOPE_ENVOY: node } as const;
  expect(realEnvoy(env)).toBe(node);
  expect(() => realAds(env)).toThrow("the path of the program that speaks ADS in MESHSCOPE_ADS");
});

it("asks for what reads CEL by itself", () => {
  expect(realCel({ NODE_ENV: "test", MESHSCOPE_CEL: node })).toBe(node);
  expect(() => realCel({ NODE_ENV: "test" })).toThrow("the program that reads CEL as Istio does in MESHSCOPE_CEL");
});
