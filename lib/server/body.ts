/** Bodies of requests: JSON that a schema accepts, or a problem that says where it doesn't. */
import type { z } from "#lib/api/zod.ts";
import { MeshscopeError } from "#lib/errors.ts";

/** Our own HTTP server refuses longer ones by their Content-Length already. */
const MOST_CHARACTERS = 1024 * 1024;

/** @throws MeshscopeError `bad_request` naming the first place that isn't accepted, never a value; `too_large` */
export async function readBody<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  const text = await request.text();
  if (text.length > MOST_CHARACTERS) throw new MeshscopeError("too_large", "The body is larger than 1 MiB.");
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "The body" : `'${issue.path.join(".")}'`;
  const what = issue?.code === "unrecognized_keys" ? "has keys that nobody reads" : "isn't what is accepted there";
  throw new MeshscopeError("bad_request", `${where} ${what}. docs/api.json has the schema.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A parser's words would repeat what was sent, which may be a token.
    throw new MeshscopeError("bad_request", "The body isn't JSON.");
  }
}
