/** The API's description (OpenAPI 3.1), made from the schemas that read its inputs. Published as docs/api.json. */
import { OPERATIONS, type Operation } from "./operations.ts";
import { problemSchema } from "./problem.ts";
import { z } from "./zod.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document as plain JSON, in a fixed order: equal schemas give equal bytes. */
export function openapi(version: string): Json {
  // Every schema with an id, whoever refers to it. A date-time's pattern repeats its format at ten times the length.
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  const paths: Record<string, Record<string, Json>> = {};
  for (const [place, operation] of Object.entries(OPERATIONS)) {
    const [method = "", path = ""] = place.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(path, operation) };
  }
  return { openapi: "3.1.0", info: { title: "Meshscope", version }, paths, components: { schemas: cleaned(schemas) } };
}

function describe(path: string, operation: Operation): Json {
  const { events, answer, body } = operation;
  const content = events
    ? { "text/event-stream": { schema: { type: "string" }, "x-events": mapValues(events, reference) } }
    : answer && { "application/json": { schema: reference(answer) } };
  return {
    summary: operation.summary,
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        ...{ name, in: "path", required: true },
        schema: { type: "string" },
      })),
      ...Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => parameter(name, schema as z.ZodType)),
    ],
    ...(body ? { requestBody: { required: true, content: { "application/json": { schema: reference(body) } } } } : {}),
    responses: {
      ...(content
        ? { "200": { description: events ? "an event stream" : "the answer", content } }
        : { "204": { description: "done" } }),
      ...(operation.conflict
        ? {
            "409": {
              description: "a problem with what it is about",
              content: { "application/problem+json": { schema: reference(operation.conflict) } },
            },
          }
        : {}),
      default: {
        description: "a problem",
        content: { "application/problem+json": { schema: reference(problemSchema) } },
      },
    },
  };
}

/** Parameters are described as their raw text: `io: "input"` is what a caller writes. */
function parameter(name: string, schema: z.ZodType): Json {
  const {
    $schema: _,
    default: fallback,
    description,
    ...rest
  } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const text =
    fallback === undefined || fallback === null || Array.isArray(fallback) ? {} : { default: String(fallback) };
  return {
    name,
    in: "query",
    required: false,
    ...(description ? { description } : {}),
    schema: { ...rest, type: "string", ...text },
  };
}

const reference = (schema: z.ZodType): Json => ({ $ref: `#/components/schemas/${schema.meta()?.id}` });

/** zod marks each schema with `$id` and `$schema`; inside one OpenAPI document the address is the component's place. */
function cleaned(schemas: Readonly<Record<string, Json>>): Json {
  return mapValues(schemas, ({ $id: _, $schema: __, id: ___, ...rest }) => rest);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
