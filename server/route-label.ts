/** A request's path as a metric label: a handful of values, whatever clients ask for. */
const API = new Set(["graph", "graph/stream", "series", "namespaces", "session", "access"]);
const ROOT = new Set(["/metrics", "/healthz", "/readyz"]);

export function routeLabel(path: string): string {
  if (ROOT.has(path)) return path;
  if (path.startsWith("/_next/")) return "asset";
  if (!path.startsWith("/api/")) return "page";
  const name = path.replace(/^\/api\/v1\//, "");
  return API.has(name) ? path : "/api/other";
}
