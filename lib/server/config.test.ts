import { describe, expect, it } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { publicUrl } from "./config.ts";
import { EXAMPLE, readConfig } from "./config-file.ts";

const read = (yaml: string, env: Record<string, string> = {}) => readConfig(yaml, "meshscope.yaml", env);
const mistakes = (yaml: string, env: Record<string, string> = {}): string => {
  try {
    read(yaml, env);
  } catch (thrown) {
    const problem = problemOf(thrown);
    expect(problem.code).toBe("bad_config");
    return problem.detail;
  }
  return "accepted";
};

describe("configuration", () => {
  it("fills in every default", () => {
    expect(read(EXAMPLE)).toEqual({
      server: { host: "127.0.0.1", port: 3000, frameAncestors: [] },
      auth: { strategy: "anonymous", guest: "none", sessionLifetime: 43_200 },
      poll: 5,
      limits: { streams: 500, streamsPerSession: 16, upstreamBytes: 67_108_864, upstreamTimeout: 5 },
      health: { errorRate: "meshscope", tolerances: [] },
      grafana: null,
      clusters: [{ name: "my-cluster", mesh: { rootNamespace: "istio-system" } }],
      prometheus: [{ name: "main", url: "http://127.0.0.1:9090" }],
      tracing: [],
    });
  });

  it("reads tracing backends", () => {
    const config = read(
      `${EXAMPLE}tracing:\n  - {name: old, kind: zipkin, url: "http://zipkin:9411/", bearerTokenFile: /t, externalUrl: "https://traces.example"}\n`,
    );
    expect(config.tracing).toEqual([
      {
        name: "old",
        kind: "zipkin",
        url: "http://zipkin:9411",
        bearerTokenFile: "/t",
        externalUrl: "https://traces.example",
      },
    ]);
  });

  it("substitutes the environment in values, never in keys or structure", () => {
    const config = read(
      `${EXAMPLE}    basic: {username: "\${USER_NAME}", password: "a\${PASS}z$\${KEEP}"}\nserver: {port: "\${PORT}"}\n`,
      { USER_NAME: "x\nadmin: true", PASS: "12345", PORT: "8080" },
    );
    expect(config.prometheus[0]?.basic).toEqual({ username: "x\nadmin: true", password: "a12345z${KEEP}" });
    expect(config.server.port).toBe(8080);
  });

  it.each<[string, string, string]>([
    ["nothing at all", "", "clusters: expected a list"],
    ["a list for a mapping", "[]", "the file: expected a mapping"],
    ["broken YAML", "server: {", "isn't valid YAML"],
    ["a key twice", `${EXAMPLE}poll: 5s\npoll: 6s\n`, "isn't valid YAML"],
    ["an unknown key", `${EXAMPLE}pol: 5s\n`, "pol is not a setting. Accepted: server, auth, poll, limits"],
    [
      "an unknown nested key",
      `${EXAMPLE}limits: {stream: 5}\n`,
      "limits.stream is not a setting. Accepted: streams, streamsPerSession, upstreamBytes",
    ],
    [
      "an unknown key in a list",
      `${EXAMPLE}    uri: x\n`,
      "prometheus[0].uri is not a setting. Accepted: name, url, clusters",
    ],
    ["a prototype key", `${EXAMPLE}__proto__: {x: 1}\n`, "__proto__ is not a setting"],
    [
      "a tracing backend of a kind that isn't there",
      `${EXAMPLE}tracing: [{name: a, kind: skywalking, url: "http://x"}]\n`,
      "tracing[0].kind: accepted: jaeger, zipkin, tempo",
    ],
    [
      "two tracing backends of one name",
      `${EXAMPLE}tracing: [{name: a, kind: jaeger, url: "http://x"}, {name: a, kind: tempo, url: "http://y"}]\n`,
      "tracing[1].name: accepted: a name of its own",
    ],
    [
      "a tracing backend for an unknown cluster",
      `${EXAMPLE}tracing: [{name: a, kind: jaeger, url: "http://x", clusters: [b]}]\n`,
      "tracing[0].clusters: accepted: my-cluster",
    ],
    ["a poll without unit", `${EXAMPLE}poll: 5\n`, "poll: accepted: a duration from 1s to 300s"],
    ["a poll too short", `${EXAMPLE}poll: 0s\n`, "poll: accepted: a duration from 1s"],
    [
      "a port out of range",
      `${EXAMPLE}server: {port: 70000}\n`,
      "server.port: accepted: a whole number from 0 to 65535",
    ],
    [
      "tokens that no cluster could check",
      `${EXAMPLE}auth: {strategy: token}\n`,
      "auth.strategy: accepted: token only with a cluster that has kubernetes",
    ],
    [
      "tokens in the clear",
      `${EXAMPLE.replace("my-cluster", "c\n    kubernetes: {kubeconfig: k}")}auth: {strategy: token}\nserver: {publicUrl: "http://mesh.example"}\n`,
      "server.publicUrl: accepted: an https:// URL",
    ],
    ["a guest who may do more", `${EXAMPLE}auth: {guest: edit}\n`, "auth.guest: accepted: none, view"],
    ["a later strategy", `${EXAMPLE}auth: {strategy: oidc}\n`, "auth.strategy: accepted: anonymous"],
    [
      "a file URL",
      EXAMPLE.replace("http://127.0.0.1:9090", "file:///etc/passwd"),
      "prometheus[0].url: accepted: an http:// or https:// URL",
    ],
    [
      "a URL with a password",
      EXAMPLE.replace("http://", "http://u:hunter2@"),
      "prometheus[0].url: accepted: an http:// or https:// URL without user",
    ],
    ["an unset variable", EXAMPLE.replace("main", "${NOPE}"), "prometheus[0].name: the environment has no NOPE"],
    [
      "a cluster nobody configured",
      `${EXAMPLE}    clusters: [other]\n`,
      "prometheus[0].clusters: accepted: my-cluster",
    ],
    [
      "two clusters of one name",
      EXAMPLE.replace("- name: my-cluster", "- name: a\n  - name: a"),
      "clusters[1].name: accepted: a name of its own",
    ],
    [
      "a cluster name with a slash",
      EXAMPLE.replace("my-cluster", "a/b"),
      "clusters[0].name: accepted: a name of 1 to 63",
    ],
    [
      "half a kubeconfig",
      EXAMPLE.replace("my-cluster", "a\n    kubernetes: {context: x}"),
      "clusters[0].kubernetes: accepted: {kubeconfig",
    ],
    [
      "two passwords",
      `${EXAMPLE}    basic: {username: u, password: p, passwordFile: f}\n`,
      "prometheus[0].basic: accepted: either password",
    ],
    [
      "a public URL with a path",
      `${EXAMPLE}server: {publicUrl: "https://m.example/x"}\n`,
      "server.publicUrl: accepted: a URL without a path",
    ],
    [
      "a hostile frame ancestor",
      `${EXAMPLE}server: {frameAncestors: ["x; script-src *"]}\n`,
      "server.frameAncestors[0]: accepted: origins",
    ],
    [
      "a script as Grafana's address",
      `${EXAMPLE}grafana: {url: "javascript:alert(1)"}\n`,
      "grafana.url: accepted: an http:// or https:// URL",
    ],
    [
      "a dashboard's uid with a path",
      `${EXAMPLE}grafana: {url: "https://g.example", workload: {uid: "../admin"}}\n`,
      "grafana.workload.uid: accepted: a dashboard's uid",
    ],
    [
      "a health pattern that isn't one",
      `${EXAMPLE}health: {tolerances: [{name: "(", limits: []}]}\n`,
      "health.tolerances[0].name: accepted: a regular expression",
    ],
    [
      "health limits the wrong way round",
      `${EXAMPLE}health: {tolerances: [{limits: [{outcomes: [server], degraded: 5, failing: 1}]}]}\n`,
      "health.tolerances[0].limits[0]: accepted: degraded at most",
    ],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`,
      "more YAML aliases",
    ],
  ])("refuses %s, naming path and accepted values", (_, yaml, words) => {
    expect(mistakes(yaml)).toContain(words);
  });

  it("never repeats a substituted secret", () => {
    expect(mistakes(EXAMPLE.replace("http://127.0.0.1:9090", "${SECRET}"), { SECRET: "hunter2" })).not.toContain(
      "hunter2",
    );
  });

  it.each([
    [{}, "http://127.0.0.1:3000/"],
    [{ host: "::1", port: 8080 }, "http://[::1]:8080/"],
    [{ publicUrl: "https://mesh.example" }, "https://mesh.example/"],
  ])("has a public URL for %j", (server, url) => {
    expect(publicUrl({ host: "127.0.0.1", port: 3000, frameAncestors: [], ...server }).href).toBe(url);
  });
});
