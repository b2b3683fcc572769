import { expect, it } from "vitest";
import { istio } from "../../scenarios/manifests.ts";
import { isFor, type Point, readAttachment } from "./attachment.ts";

const at = (kind: "sidecar" | "ztunnel" | "gateway", labels = {}): Point => ({
  ...{ kind, namespace: "a" },
  labels: { app: "api", "gateway.networking.k8s.io/gateway-name": "door", ...labels },
});
const waypoint: Point = {
  ...{ kind: "waypoint", namespace: "a", gateway: "wp" },
  service: { namespace: "a", name: "api" },
};
const labels = (app: string) => ({ selector: { matchLabels: { app } } });
const target = (kind: string, name: string) => ({ targetRefs: [{ kind, name }] });

it.each<[string, string, object, Point, boolean]>([
  ["a namespace's", "a", {}, at("sidecar"), true],
  ["another namespace's", "b", {}, at("sidecar"), false],
  ["the root's", "istio-system", {}, at("ztunnel"), true],
  ["by labels", "a", labels("api"), at("sidecar"), true],
  ["by others' labels", "a", labels("web"), at("sidecar"), false],
  ["the root's, by labels in every namespace", "istio-system", labels("api"), at("sidecar"), true],
  ["a target's, at a sidecar", "a", target("Service", "api"), at("sidecar"), false],
  ["a gateway's, by its Gateway", "a", target("Gateway", "door"), at("gateway"), true],
  ["a gateway's, by labels", "a", labels("api"), at("gateway"), true],
  ["a waypoint's, by labels", "a", labels("api"), waypoint, false],
  ["a waypoint's, by the service", "a", target("Service", "api"), waypoint, true],
  ["a waypoint's, by another service", "a", target("Service", "db"), waypoint, false],
  ["a waypoint's, by its Gateway", "a", { targetRef: { kind: "Gateway", name: "wp" } }, waypoint, true],
  ["all waypoints', from the root", "istio-system", target("GatewayClass", "istio-waypoint"), waypoint, true],
  ["all waypoints', from elsewhere", "a", target("GatewayClass", "istio-waypoint"), waypoint, false],
])("%s", (_, namespace, spec, point, expected) => {
  const object = istio("security", "AuthorizationPolicy", namespace, "p", { ...spec });
  expect(isFor(readAttachment(object), point, "istio-system")).toBe(expected);
});
