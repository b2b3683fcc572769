/** Puts objects, lists and events into the representation that the client accepts. */
import type { ServerResponse } from "node:http";
import { stringify } from "yaml";
import type { Found } from "./catalogue.ts";
import type { Context } from "./context.ts";
import { eventLine, type ListMeta, listText, objectText } from "./encode.ts";
import type { JsonObject } from "./json.ts";
import type { Representation } from "./negotiate.ts";
import type { KubeObject } from "./object.ts";
import { sendText, sendWarnings } from "./respond.ts";
import type { ChangeType } from "./store.ts";
import { included, partial, partialList, table } from "./table/table.ts";

export interface Sender {
  object(code: number, object: KubeObject): void;
  list(meta: ListMeta, objects: readonly KubeObject[]): void;
  /** One line of a watch. */
  event(type: ChangeType, object: KubeObject): Buffer | string;
}

/** A sender for one request. */
export function createSender(
  context: Context,
  request: {
    readonly response: ServerResponse;
    readonly found: Found;
    readonly shape: Representation;
    readonly query: URLSearchParams;
    readonly warnings: readonly string[];
  },
): Sender {
  const { response, found, shape, query, warnings } = request;
  const { resource, version } = found;
  let header = true;
  const tableOf = (meta: ListMeta, objects: readonly KubeObject[]): JsonObject => {
    const shown = table(resource, version, meta, objects, { now: context.clock(), included: included(query), header });
    header = false;
    return shown;
  };
  const send = (code: number, text: string): void => {
    sendWarnings(response, warnings);
    if (shape.format === "json") sendText(response, code, text);
    else sendText(response, code, stringify(JSON.parse(text)), "application/yaml");
  };
  const line = (value: JsonObject): string => `${JSON.stringify(value)}\n`;
  return {
    object(code, object) {
      const meta = { resourceVersion: object.metadata.resourceVersion ?? "" };
      if (shape.as === "table") send(code, line(tableOf(meta, [object])));
      else if (shape.as === "metadata") send(code, line(partial(object)));
      else send(code, `${objectText(resource, version.name, object)}\n`);
    },
    list(meta, objects) {
      if (shape.as === "table") send(200, line(tableOf(meta, objects)));
      else if (shape.as === "metadata") send(200, line(partialList(meta, objects)));
      else send(200, listText(resource, version.name, meta, objects));
    },
    event(type, object) {
      const meta = { resourceVersion: object.metadata.resourceVersion ?? "" };
      if (shape.as === "table") return line({ type, object: tableOf(meta, [object]) });
      if (shape.as === "metadata") return line({ type, object: partial(object) });
      return eventLine(resource, version.name, type, object);
    },
  };
}
