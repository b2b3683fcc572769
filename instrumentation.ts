/** What fails while Next renders a page or runs a route goes to the same log as everything else, with its request's id. */
import type { Instrumentation } from "next";

interface Logging {
  readonly log: { error(fields: object, message: string): void };
}

export const onRequestError: Instrumentation.onRequestError = (error, request, context) => {
  const runtime = (globalThis as { [key: symbol]: unknown })[Symbol.for("meshscope")] as Logging | undefined;
  const header = request.headers["x-request-id"];
  const fields = {
    err: error,
    requestId: Array.isArray(header) ? header[0] : header,
    route: context.routePath,
    kind: context.routeType,
  };
  runtime?.log.error(fields, "a page or route failed");
};
