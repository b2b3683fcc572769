/** Which representation a client wants: whole objects, tables, or metadata alone; JSON or YAML. */
import { StatusError } from "./status.ts";

export interface Representation {
  readonly as: "object" | "table" | "metadata";
  readonly format: "json" | "yaml";
}

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseAccept(header: string): readonly Range[] {
  return header
    .split(",")
    .map((part): Range => {
      const [type = "", ...rest] = part.split(";").map((piece) => piece.trim());
      const parameters = new Map(rest.map((piece) => [piece.split("=")[0] ?? "", piece.slice(piece.indexOf("=") + 1)]));
      const quality = Number(parameters.get("q") ?? "1");
      return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter((range) => range.type !== "" && range.quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

const json: ReadonlySet<string> = new Set(["*/*", "application/*", "application/json"]);

function representationOf({ type, parameters }: Range): Representation | null {
  const format = json.has(type) ? "json" : type === "application/yaml" ? "yaml" : null;
  if (format === null) return null;
  const as = parameters.get("as");
  if (as === undefined || as === "") return { as: "object", format };
  if (parameters.get("g") !== "meta.k8s.io" || parameters.get("v") !== "v1") return null;
  if (as === "Table") return { as: "table", format };
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? { as: "metadata", format } : null;
}

/** The first representation accepted that there is. 406 when there is none. */
export function negotiate(header: string | undefined): Representation {
  if (header === undefined || header === "") return { as: "object", format: "json" };
  for (const range of parseAccept(header)) {
    const representation = representationOf(range);
    if (representation !== null) return representation;
  }
  throw new StatusError(
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json, application/yaml",
    { subject: {} },
  );
}
