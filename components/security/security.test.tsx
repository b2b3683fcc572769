import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { PolicyWords, PortSecurity, SecurityPoint, Source, WorkloadSecurity } from "#lib/policy/security.ts";
import { SecurityView } from "./security-view.tsx";

const source = (kind: string, name: string, path = ""): Source => ({
  object: { cluster: "west", group: "security.istio.io", version: "v1", kind, namespace: "shop", name },
  path,
});
const port = (more: Partial<PortSecurity>): PortSecurity => ({
  ...{ port: 8080, name: null, services: ["web"], mode: "PERMISSIVE", chain: [], lacks: [], ...more },
});
const point = (more: Partial<SecurityPoint>): SecurityPoint => ({
  ...{ kind: "sidecar", name: "shop/web", note: null, policies: [], jwt: [], dryRun: [], ignored: [], lacks: [] },
  otherwise: { verdict: "allow", source: null, why: "No policy counts here: everyone may call." },
  ...more,
});
const said = (more: Partial<WorkloadSecurity>): string =>
  renderToStaticMarkup(
    <SecurityView
      security={{
        ...{ cluster: "west", namespace: "shop", name: "web", dataplane: "sidecar", lacks: [] },
        ...{ ports: [], notes: [], points: [], unenforced: [], ...more },
      }}
    />,
  )
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("effective security in words", () => {
  test("says what was compared with a running Envoy, and what wasn't", () => {
    expect(said({})).toContain("our tests compare them with a running istiod and Envoy, but for external authorizers");
    for (const dataplane of ["ambient", "gateway", "waypoint"] as const) {
      expect(said({ dataplane })).toContain("haven’t been compared with a running one");
    }
  });

  test("says that ports which the installation excludes aren’t looked at, where sidecars stand", () => {
    const excluded = "ports that the installation excludes from sidecars (global.proxy.excludeInboundPorts)";
    expect(said({})).toContain(`${excluded} aren’t looked at`);
    for (const dataplane of ["ambient", "gateway", "waypoint", "none"] as const)
      expect(said({ dataplane })).not.toContain("excludeInboundPorts");
  });

  test("without objects the defaults are named", () => {
    const text = said({ ports: [port({})], points: [point({})] });
    expect(text).toContain("no PeerAuthentication: PERMISSIVE by default");
    expect(text).toContain("✓ let in No policy counts here: everyone may call.");
  });

  test("ports that come past the sidecar, and pods without one", () => {
    const text = said({
      ports: [port({ mode: null, past: "excludeInboundPorts" })],
      notes: ["1 of 2 pods, without a proxy: nothing is enforced there."],
    });
    expect(text).toContain("not enforced it comes past the sidecar, and no policy counts");
    expect(text).toMatch(/annotation excludeInboundPorts of its pods/);
    expect(text).toContain(
      "Not all of its pods have a proxy. 1 of 2 pods, without a proxy: nothing is enforced there.",
    );
    expect(text).not.toContain("PERMISSIVE by default");
    const own = said({ ports: [port({ mode: null, past: "" })] });
    expect(own).toContain("not enforced it comes past the sidecar, and no policy counts");
    expect(own).toContain("a port of the sidecar itself");
    expect(own).not.toContain("annotation");
  });

  test("the one that decides stands first, with its place", () => {
    const chain: PortSecurity["chain"] = [
      { level: "mesh", mode: null, source: null },
      { level: "port", mode: "STRICT", source: source("PeerAuthentication", "own", "spec.portLevelMtls") },
    ];
    expect(said({ ports: [port({ mode: "STRICT", chain })] })).toMatch(
      /decides · port · STRICT PeerAuthentication shop\/own spec\.portLevelMtls overridden · mesh an object you may not see/,
    );
  });

  test("what may decide an unknown isn't said to", () => {
    const chain: PortSecurity["chain"] = [
      { level: "workload", mode: "STRICT", source: source("PeerAuthentication", "own") },
    ];
    const text = said({
      ports: [port({ mode: null, chain, lacks: ["x"] }), port({ mode: null, port: 9, lacks: ["x"] })],
    });
    expect(text).toContain("may decide · workload · STRICT");
    expect(text).toContain("what decides isn’t known");
    expect(text).not.toContain("by default");
  });

  test("unknown is called unknown, with what it lacks", () => {
    const text = said({ ports: [port({ mode: null, lacks: ["the number of port web"] })], lacks: ["pods: no right"] });
    expect(text).toContain("? unknown lacks the number of port web");
    expect(text).toContain("Not known: pods: no right.");
  });

  test("rules are read in order; dry runs and what isn't read stand apart", () => {
    const rule = {
      path: "spec.rules[0]",
      to: ["method GET", "port 9"],
      when: ["source.ip is 10.0.0.1"],
      caveat: "Careful.",
    };
    const words = (stage: PolicyWords["stage"], name: string, rules: PolicyWords["rules"]): PolicyWords => ({
      ...{ source: source("AuthorizationPolicy", name), stage, rules },
    });
    const text = said({
      points: [
        point({
          policies: [words("custom", "ask", []), words("deny", "no", [{ ...rule, from: ["namespace bank"] }])],
          jwt: [{ source: source("RequestAuthentication", "jwt"), issuer: "https://id" }],
          dryRun: [words("allow", "try", [{ ...rule, from: [], to: [], when: [] }])],
          ignored: [{ source: source("AuthorizationPolicy", "log"), why: "Not here." }],
        }),
      ],
    });
    const order = [
      "shop/ask",
      "https://id",
      "shop/no",
      "Otherwise",
      "Dry run",
      "shop/try",
      "Not read here",
      "shop/log",
    ];
    const places = order.map((each) => text.indexOf(each));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toContain(
      "refuses calls from namespace bank to method GET; or port 9 when source.ip is 10.0.0.1 ◣ Careful.",
    );
    expect(text).toContain("lets in every call");
  });

  test("without a proxy nothing is enforced", () => {
    const text = said({ dataplane: "none", unenforced: [source("AuthorizationPolicy", "all")] });
    expect(text).toMatch(/No proxy stands before it\..*nobody enforces AuthorizationPolicy shop\/all/);
  });
});
