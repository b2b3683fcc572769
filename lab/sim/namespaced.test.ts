import { expect, it } from "vitest";
import type { KubeObject } from "../kube/object.ts";
import { Namespaced } from "./namespaced.ts";

const object = (namespace: string | undefined, name: string, version = "1"): KubeObject => ({
  metadata: { name, resourceVersion: version, ...(namespace !== undefined && { namespace }) },
});
const keys = (store: Namespaced, namespace: string) => [...store.in(namespace).keys()];

it("keeps each namespace's objects by themselves, in the order they came", () => {
  const store = new Namespaced();
  for (const [namespace, name] of [
    ["shop", "b"],
    ["bank", "a"],
    ["shop", "a"],
  ])
    store.set(object(namespace, name ?? ""));
  expect(keys(store, "shop")).toEqual(["shop/b", "shop/a"]);
  expect(keys(store, "bank")).toEqual(["bank/a"]);
  expect(keys(store, "sho")).toEqual([]);
});

it("puts what is newer in the place of what it had, and forgets", () => {
  const store = new Namespaced();
  store.set(object("shop", "a"));
  store.set(object("shop", "a", "2"));
  expect(store.get("shop/a")?.metadata.resourceVersion).toBe("2");
  store.delete(object("shop", "b"));
  store.delete(object("bank", "a"));
  expect(keys(store, "shop")).toEqual(["shop/a"]);
  store.delete(object("shop", "a"));
  expect(store.get("shop/a")).toBeUndefined();
  expect(keys(store, "shop")).toEqual([]);
});

it("has objects without a namespace under their names alone", () => {
  const store = new Namespaced();
  store.set(object(undefined, "shop"));
  expect(store.get("shop")?.metadata.name).toBe("shop");
  expect(store.get("shop/shop")).toBeUndefined();
  store.delete(object(undefined, "shop"));
  expect(store.get("shop")).toBeUndefined();
});
