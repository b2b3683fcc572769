/**
 * The little of Kubernetes' protobuf that `kubectl create namespace|serviceaccount|configmap` and `kubectl auth whoami|can-i`
 * insist on sending: an envelope, metadata, and string maps. Field numbers: generated.proto files of k8s.io/api and
 * k8s.io/apimachinery. Other kinds are refused, as bodies in an unknown format are.
 */
import { type Json, type JsonObject, put } from "./json.ts";
import { badRequest, unsupportedMediaType } from "./status.ts";

const magic = Buffer.from("k8s\0", "latin1");

interface Field {
  readonly number: number;
  /** Content of a length-delimited field; empty for numbers, which nothing here needs. */
  readonly bytes: Buffer;
}

/** The fields of a message in order. Throws 400 where the bytes end inside one. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = message[position];
      if (byte === undefined) break;
      position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw badRequest("error decoding protobuf: unexpected end");
  };
  const skip = (length: number): Buffer => {
    if (position + length > message.length) throw badRequest("error decoding protobuf: unexpected end");
    position += length;
    return message.subarray(position - length, position);
  };
  while (position < message.length) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 2) fields.push({ number, bytes: skip(varint()) });
    else if (wire === 0) varint();
    else if (wire === 1) skip(8);
    else if (wire === 5) skip(4);
    else throw badRequest(`error decoding protobuf: wire type ${wire}`);
  }
  return fields;
}

function bytesAt(message: Buffer, number: number): Buffer {
  return fieldsOf(message).findLast((field) => field.number === number)?.bytes ?? Buffer.alloc(0);
}

const textAt = (message: Buffer, number: number): string => bytesAt(message, number).toString("utf8");

function mapAt(message: Buffer, number: number): JsonObject {
  const map: Record<string, Json> = {};
  for (const { bytes } of fieldsOf(message).filter((field) => field.number === number))
    put(map, textAt(bytes, 1), textAt(bytes, 2));
  return map;
}

function metadataOf(message: Buffer): JsonObject {
  const meta = bytesAt(message, 1);
  return {
    name: textAt(meta, 1),
    generateName: textAt(meta, 2),
    namespace: textAt(meta, 3),
    labels: mapAt(meta, 11),
    annotations: mapAt(meta, 12),
  };
}

/** Kinds whose other fields a creation by kubectl doesn't set. */
const decoders: Readonly<Record<string, (message: Buffer) => JsonObject>> = {
  Namespace: (message) => ({ metadata: metadataOf(message) }),
  ServiceAccount: (message) => ({ metadata: metadataOf(message) }),
  ConfigMap: (message) => ({ metadata: metadataOf(message), data: mapAt(message, 2) }),
  SelfSubjectReview: () => ({}),
  SelfSubjectRulesReview: (message) => ({ spec: { namespace: textAt(bytesAt(message, 2), 1) } }),
  SelfSubjectAccessReview: (message) => ({ spec: accessSpec(bytesAt(message, 2)) }),
};

/** staging/src/k8s.io/api/authorization/v1/generated.proto */
function accessSpec(message: Buffer): JsonObject {
  const resource = bytesAt(message, 1);
  const path = bytesAt(message, 2);
  const names = ["namespace", "verb", "group", "version", "resource", "subresource", "name"];
  return {
    ...(resource.length > 0 && {
      resourceAttributes: Object.fromEntries(names.map((name, i) => [name, textAt(resource, i + 1)])),
    }),
    ...(path.length > 0 && { nonResourceAttributes: { path: textAt(path, 1), verb: textAt(path, 2) } }),
  };
}

/** An object from its envelope. Throws 400 for broken bytes, 415 for a kind that isn't understood. */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, magic.length).equals(magic)) throw badRequest("error decoding protobuf: unknown envelope");
  const envelope = body.subarray(magic.length);
  const type = bytesAt(envelope, 1);
  const kind = textAt(type, 2);
  const decode = Object.hasOwn(decoders, kind) ? decoders[kind] : undefined;
  if (decode === undefined) throw unsupportedMediaType(["application/json", "application/yaml"]);
  return { kind, apiVersion: textAt(type, 1), ...decode(bytesAt(envelope, 2)) };
}
