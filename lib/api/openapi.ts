/** The API's description (OpenAPI 3.1), made from the schemas that read its inputs. Published as docs/api.json. */
import { deltaSchema, graphSchema, sourceSchema } from "./graph.ts";
import { graphQuerySchema } from "./graph-query.ts";
import { namespacesQuerySchema, namespacesSchema } from "./namespaces.ts";
import { problemSchema } from "./problem.ts";
import { seriesQuerySchema, seriesSchema } from "./series.ts";
import { sessionSchema } from "./session.ts";
import { z } from "./zod.ts";

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly answer: z.ZodType;
  /** Set where the answer is an event stream: event name → its data. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

const byeSchema = z
  .object({ retryMs: z.number().meta({ description: "reconnect after this long" }) })
  .meta({ id: "Bye" });

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "/api/v1/graph": { summary: "The service graph of a window", query: graphQuerySchema, answer: graphSchema },
  "/api/v1/graph/stream": {
    summary:
      "The same as server-sent events: a snapshot, then one delta a poll. Event ids are epoch-seq; heartbeats are comments",
    query: graphQuerySchema,
    answer: z.string(),
    events: { snapshot: graphSchema, delta: deltaSchema, source: sourceSchema, bye: byeSchema },
  },
  "/api/v1/series": { summary: "Charts of one edge or node", query: seriesQuerySchema, answer: seriesSchema },
  "/api/v1/namespaces": { summary: "The namespaces in view", query: namespacesQuerySchema, answer: namespacesSchema },
  "/api/v1/session": { summary: "Who the console takes the viewer for", answer: sessionSchema },
};

/** The document as plain JSON, in a fixed order: equal schemas give equal bytes. */
export function openapi(version: string): Json {
  // Every schema with an id, whoever refers to it. A date-time's pattern repeats its format at ten times the length.
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  const paths = Object.fromEntries(
    Object.entries(OPERATIONS).map(([path, operation]) => [path, { get: describe(operation) }]),
  );
  return { openapi: "3.1.0", info: { title: "Meshscope", version }, paths, components: { schemas: cleaned(schemas) } };
}

function describe(operation: Operation): Json {
  const { events } = operation;
  const content = events
    ? { "text/event-stream": { schema: { type: "string" }, "x-events": mapValues(events, reference) } }
    : { "application/json": { schema: reference(operation.answer) } };
  return {
    summary: operation.summary,
    parameters: Object.entries(operation.query?.shape ?? {}).map(([name, schema]) =>
      parameter(name, schema as z.ZodType),
    ),
    responses: {
      "200": { description: events ? "an event stream" : "the answer", content },
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
