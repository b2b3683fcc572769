/** Request bodies: bounded, JSON or YAML. */
import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import type { Json } from "./json.ts";
import { decodeProtobuf } from "./protobuf.ts";
import { badRequest, StatusError, unsupportedMediaType } from "./status.ts";

/** As in kube-apiserver (limits of etcd requests and apiserver bodies). */
export const bodyLimit = 3 * 1024 * 1024;

/** The media type without its parameters, in lower case; empty when there is none. */
export function contentType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Reads the whole body. 413 when it is longer than 3 MiB; the rest is then read and dropped. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyLimit) chunks.push(chunk);
  }
  if (length > bodyLimit)
    throw new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${bodyLimit}`);
  return Buffer.concat(chunks);
}

const protobuf = "application/vnd.kubernetes.protobuf";

/** Objects in bodies are JSON (also where no type is given), YAML, or one of the few protobuf kinds. 415 for other types, 400 for broken text. */
export function parseBody(body: Buffer, type: string): Json {
  if (type === protobuf) return decodeProtobuf(body);
  if (type === "application/yaml") return parseYaml(body.toString("utf8"));
  if (type === "" || type === "application/json") return parseJson(body.toString("utf8"));
  throw unsupportedMediaType(["application/json", "application/yaml", protobuf]);
}

/** JSON, or 400. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding JSON: ${(error as Error).message}`);
  }
}

/** YAML, or 400. Aliases are bounded by the parser, so that a small text can't unfold into a huge object. */
export function parseYaml(text: string): Json {
  try {
    return parse(text, { maxAliasCount: 100 }) as Json;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}
