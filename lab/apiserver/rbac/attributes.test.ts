import { expect, it } from "vitest";
import { segmentsOf } from "../path.ts";
import { attributesOf } from "./attributes.ts";

const of = (method: string, path: string, query = "") =>
  attributesOf(method, path, segmentsOf(path) ?? [], new URLSearchParams(query));

it.each([
  ["GET", "/api/v1/pods", "", "list  pods   "],
  ["GET", "/api/v1/namespaces/a/pods", "watch=true", "watch  pods  a "],
  ["GET", "/api/v1/namespaces/a/pods/p", "watch=true", "get  pods  a p"],
  ["GET", "/api/v1/namespaces/a/pods", "fieldSelector=spec.nodeName%3Dn%2Cmetadata.name%3D%3Dp", "list  pods  a p"],
  ["GET", "/api/v1/namespaces/a/pods", "fieldSelector=metadata.name!%3Dp", "list  pods  a "],
  ["HEAD", "/api/v1/namespaces/a/pods/p/log", "", "get  pods log a p"],
  ["DELETE", "/apis/apps/v1/namespaces/a/deployments", "", "deletecollection apps deployments  a "],
  ["PUT", "/apis/apps/v1/namespaces/a/deployments/d/scale", "", "update apps deployments scale a d"],
  ["POST", "/api/v1/namespaces", "", "create  namespaces   "],
  ["GET", "/api/v1/namespaces/a", "", "get  namespaces  a a"],
  ["PATCH", "/api/v1/namespaces/a/status", "", "patch  namespaces status a a"],
  ["DELETE", "/apis/g.io/v1/things/t", "", "delete g.io things   t"],
])("reads %s %s?%s", (method, path, query, expected) => {
  const read = of(method, path, query);
  if ("path" in read) throw new Error("not about objects");
  const { verb, group, resource, subresource, namespace, name } = read;
  expect([verb, group, resource, subresource, namespace, name].join(" ")).toBe(expected);
});

it.each(["/", "/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/version", "/openapi/v3/apis/apps/v1"])(
  "knows that %s isn't about objects",
  (path) => {
    expect(of("GET", path)).toEqual({ verb: "get", path });
  },
);
