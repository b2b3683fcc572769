// Who may import whom (docs/architecture.md, "Import direction"): one table, one row a layer. What a row doesn't name is refused.
// scripts/check/imports.test.ts proves that.

/** Layers by path. A test file belongs to the layer it lies in. */
const layers = {
  base: "^lib/[a-z-]+(\\.test|\\.test-support)?\\.ts$",
  promql: "^lib/promql/",
  graph: "^lib/graph/",
  layout: "^lib/layout/",
  inventory: "^lib/inventory/",
  policy: "^lib/policy/",
  mesh: "^lib/mesh/",
  // Of the adapters, the browser gets their policies alone: forms and the server's plan must agree.
  meshPolicies: "^lib/mesh/policies\\.ts$",
  tracing: "^lib/tracing/(?!((jaeger|zipkin|tempo)/)?client)",
  api: "^lib/api/",
  upstream: "^lib/upstream/",
  prometheus: "^lib/prometheus/",
  kube: "^lib/kube/",
  tracingClients: "^lib/tracing/((jaeger|zipkin|tempo)/)?client",
  server: "^lib/server/",
  query: "^lib/query/",
  live: "^lib/live/",
  render: "^lib/render/",
  components: "^components/",
  app: "^app/",
  entry: "^(server/|proxy\\.ts$|instrumentation\\.ts$)",
  // What the browser does before React.
  awakening: "^(instrumentation|early)-client\\.ts$",
  cli: "^cli/",
  lab: "^lab/",
};

const pure = ["promql", "graph", "layout", "inventory", "policy", "mesh", "tracing"];
const clients = ["upstream", "prometheus", "kube", "tracingClients"];

/** Each layer with the layers it may import besides itself. */
const mayImport = {
  base: [],
  promql: ["base"],
  inventory: ["base", "graph"],
  graph: ["base", "inventory"],
  layout: ["base", "graph"],
  policy: ["base", "inventory", "graph"],
  mesh: ["base", "promql", "graph", "inventory", "policy"],
  tracing: ["base"],
  api: ["base", ...pure],
  upstream: ["base"],
  prometheus: ["base", "upstream", ...pure],
  kube: ["base", "upstream", ...pure],
  tracingClients: ["base", "upstream", "tracing"],
  server: ["base", ...pure, "api", ...clients],
  query: ["base", "graph", "inventory", "policy", "tracing", "api"],
  live: ["base", "graph", "layout", "tracing", "api"],
  render: ["base", "graph", "layout"],
  components: [
    "base",
    "graph",
    "layout",
    "inventory",
    "policy",
    "meshPolicies",
    "tracing",
    "api",
    "query",
    "live",
    "render",
  ],
  app: ["base", "graph", "inventory", "policy", "tracing", "api", "query", "components", "server"],
  entry: ["base", "api", "server"],
  awakening: ["base", "api", "query", "live", "components"],
  cli: ["base", ...pure, "api", "server"],
  lab: [],
};

const house = "^(lib|lab|app|components|server|cli|e2e|bench|scripts|proxy\\.ts|instrumentation|early-client)";

const directions = Object.entries(mayImport).map(([layer, others]) => ({
  name: `direction-${layer}`,
  comment: `${layer} may import ${["itself", ...others].join(", ")} and nothing else of this tree.`,
  severity: "error",
  from: { path: layers[layer] },
  to: { path: house, pathNot: [layer, ...others].map((name) => layers[name]) },
}));

const browserOnly = ["query", "live", "render", "components", "awakening"].map((layer) => layers[layer]);
const pureFolders = [...pure.map((layer) => layers[layer]), layers.api, layers.base];
const testFiles = "\\.test(-support)?\\.tsx?$";

module.exports = {
  forbidden: [
    ...directions,
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or miss a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "pure-stays-pure",
      comment: "Pure folders compute: no Node, React, Next or network client.",
      severity: "error",
      from: { path: pureFolders, pathNot: testFiles },
      to: {
        path: "^(node:)?(react|react-dom|next|undici|pino|prom-client|server-only|@kubernetes/|@tanstack/|@base-ui/)|node_modules/(react|react-dom|next|undici|pino|prom-client|server-only|@kubernetes|@tanstack|@base-ui)/",
      },
    },
    {
      name: "browser-has-no-node",
      comment: "What runs in the browser (and what is shared with it) can't use Node's modules.",
      severity: "error",
      from: { path: [...browserOnly, ...pureFolders], pathNot: testFiles },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "react-only-in-query",
      comment: "Of lib, only lib/query knows React.",
      severity: "error",
      from: { path: "^lib/", pathNot: ["^lib/query/"] },
      to: { path: "node_modules/(react|react-dom|@tanstack|nuqs)/" },
    },
    {
      name: "network-in-clients",
      comment: "Talking to the network is the clients' and the server's trade.",
      severity: "error",
      from: {
        path: "^(lib|components|app)/",
        pathNot: [testFiles, ...[...clients, "server"].map((layer) => layers[layer])],
      },
      to: { path: "node_modules/(undici|@kubernetes)/|^(node:)?(http|https|net|tls|http2|dns)$" },
    },
    {
      name: "one-door-to-the-server",
      comment:
        "app/ reaches lib/server through its index alone, which refuses to be bundled for the browser; and to be imported by tests.",
      severity: "error",
      from: { path: "^app/", pathNot: testFiles },
      to: { path: "^lib/server/", pathNot: "^lib/server/index\\.ts$" },
    },
    {
      name: "meshes-are-strangers",
      comment: "A mesh adapter is a folder of its own: what two of them share belongs behind the port.",
      severity: "error",
      from: { path: "^lib/mesh/([^/]+)/" },
      to: { path: "^lib/mesh/([^/]+)/", pathNot: "^lib/mesh/$1/" },
    },
    {
      name: "tests-are-not-imported",
      severity: "error",
      from: { pathNot: [testFiles, "^(e2e|bench)/"] },
      to: { path: testFiles },
    },
    {
      name: "scripts-serve-no-product-code",
      comment: "Build and test machinery is nothing that the product may depend on.",
      severity: "error",
      from: { path: "^(lib|components|app|server|cli|lab)/" },
      to: { path: "^(scripts|e2e|bench)/" },
    },
    {
      name: "dev-dependencies-stay-home",
      comment: "What ships must not need a development dependency at run time.",
      severity: "error",
      from: { path: "^(lib|components|app|server|cli)/|^(proxy|instrumentation)", pathNot: testFiles },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(\\.next|\\.lab|\\.cache|test-results|playwright-report)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      conditionNames: ["import", "require", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
