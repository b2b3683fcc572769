/** The configuration file: YAML, `${ENV}` in values, errors that name a path and what is accepted. */
import { parseDocument } from "yaml";
import type { z } from "#lib/api/zod.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type Config, configSchema } from "./config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The smallest file that shows a graph; printed when there is none. */
export const EXAMPLE = `clusters:
  - name: my-cluster
prometheus:
  - name: main
    url: http://127.0.0.1:9090
`;

/**
 * The configuration a file's text holds.
 * @throws MeshscopeError `bad_config`; its detail has one line per mistake and never repeats a substituted value.
 */
export function readConfig(source: string, file: string, env: Environment): Config {
  const document = parseDocument(source, { uniqueKeys: true, prettyErrors: true });
  const error = document.errors[0];
  if (error) throw new MeshscopeError("bad_config", `${file} isn't valid YAML: ${error.message.split("\n")[0]}`);
  const missing: string[] = [];
  const value = substitute(toPlain(document, file), env, [], missing);
  if (missing.length > 0) throw new MeshscopeError("bad_config", missing.map((line) => `${file}: ${line}`).join("\n"));
  const result = configSchema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new MeshscopeError(
    "bad_config",
    result.error.issues
      .flatMap((issue) => explain(issue))
      .map((line) => `${file}: ${line}`)
      .join("\n"),
  );
}

/** Aliases may grow a small file without bound; the parser counts them and throws. */
function toPlain(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new MeshscopeError("bad_config", `${file} uses more YAML aliases than a configuration needs.`, { cause });
  }
}

/**
 * `${NAME}` in text becomes the environment's value; `$${` stays a literal `${`. This happens after YAML is read, so a
 * value can't add keys. An unset variable is a mistake, not an empty text.
 */
function substitute(value: unknown, env: Environment, path: readonly PropertyKey[], missing: string[]): unknown {
  if (typeof value === "string") {
    return value.replace(
      /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
      (whole, escaped: string | undefined, name: string | undefined) => {
        if (escaped !== undefined || name === undefined) return escaped ?? whole;
        const found = env[name];
        if (found === undefined) missing.push(`${at(path)}: the environment has no ${name}.`);
        return found ?? "";
      },
    );
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, env, [...path, index], missing));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, env, [...path, key], missing)]),
    );
  }
  return value;
}

/** The lines for one issue; a refused union or key says which keys there are. */
function explain(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys") {
    const accepted = acceptedKeys(issue.path);
    return issue.keys.map(
      (key) => `${at([...issue.path, key])} is not a setting.${accepted ? ` Accepted: ${accepted.join(", ")}.` : ""}`,
    );
  }
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return [
      `${at(issue.path)}: expected ${issue.expected === "object" ? "a mapping" : issue.expected === "array" ? "a list" : issue.expected}.`,
    ];
  }
  return [`${at(issue.path)}: accepted: ${issue.message}.`];
}

/** The keys of the object schema at a path; null where the schema there isn't one object. */
function acceptedKeys(path: readonly PropertyKey[]): readonly string[] | null {
  let schema: unknown = configSchema;
  for (const step of path) {
    const inner = unwrap(schema);
    schema = typeof step === "number" ? field(inner, "element") : field(field(inner, "shape"), String(step));
  }
  const shape = field(unwrap(schema), "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : null;
}

/** Takes default, prefault and optional wrappers off. */
function unwrap(schema: unknown): unknown {
  const inner = field(field(schema, "def"), "innerType");
  return inner === undefined ? schema : unwrap(inner);
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** `prometheus[0].url` */
function at(path: readonly PropertyKey[]): string {
  const written = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return written === "" ? "the file" : written.replace(/^\./, "");
}
