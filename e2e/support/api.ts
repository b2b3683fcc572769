/** The console's HTTP interface as a program talks to it: paths go out byte for byte, and every answer is kept whole. */
import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import type { ApplyAnswer, ChangesAnswer } from "#lib/api/plans.ts";
import type { Plan } from "#lib/policy/plan.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Headers = Readonly<Record<string, string>>;

/** The body of an answer as JSON. The caller names its type: the server's own schemas are tested elsewhere. */
export function bodyOf<T>(answer: Answer): T {
  return JSON.parse(answer.body) as T;
}

interface ProblemText {
  readonly code: string;
  readonly detail: string;
  readonly plan?: Plan;
}

/** The problem that an answer is. */
export const problemOf = (answer: Answer): ProblemText => bodyOf<ProblemText>(answer);

/** What an answer is, in short: what a test says when it expected something else. */
export const outcome = (answer: Answer): string =>
  answer.status < 400 ? String(answer.status) : `${answer.status} ${problemOf(answer).code}`;

/** One browser: it keeps the cookies of its session, and sends the Origin of the console's own pages. */
export class Client {
  readonly #base: URL;
  #cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = new URL(base);
  }

  /** What it would send in its Cookie header. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Sends exactly these headers beside Host. `path` isn't normalised. */
  async raw(method: string, path: string, headers: Headers = {}, body?: string): Promise<Answer> {
    const { hostname, port, host } = this.#base;
    const asked = request({ hostname, port, method, path, agent: false, headers: { host, ...headers } });
    // A server that refuses a body may answer before it has read all of it: the answer counts.
    asked.end(body);
    const [response] = await once(asked, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") };
  }

  get(path: string, headers: Headers = {}): Promise<Answer> {
    return this.raw("GET", path, { ...this.#session(), ...headers });
  }

  post(path: string, body: unknown, headers: Headers = {}): Promise<Answer> {
    return this.send(path, JSON.stringify(body), headers);
  }

  /** A body that is text already. */
  send(path: string, text: string, headers: Headers = {}): Promise<Answer> {
    const length = String(Buffer.byteLength(text));
    const json = { "content-type": "application/json", "content-length": length, origin: this.#base.origin };
    return this.raw("POST", path, { ...this.#session(), ...json, ...headers }, text);
  }

  /** @throws Error with the refusal */
  async signIn(token: string, cluster?: string): Promise<this> {
    const answer = await this.post("/api/v1/session", cluster === undefined ? { token } : { token, cluster });
    if (answer.status !== 204) throw new Error(`Signing in was refused: ${answer.body}`);
    for (const text of answer.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return this;
  }

  /** @throws Error with the refusal, as do those below */
  async plan(wish: unknown): Promise<Plan> {
    return this.#expected<Plan>(await this.post("/api/v1/plans", wish));
  }

  apply(plan: Plan, more: Partial<ApplyWish> = {}): Promise<Answer> {
    const { sealed, id: confirm, needs: acknowledged } = plan;
    return this.post("/api/v1/plans/apply", { sealed, confirm, acknowledged, ...more });
  }

  async applied(plan: Plan, more: Partial<ApplyWish> = {}): Promise<ApplyAnswer> {
    return this.#expected<ApplyAnswer>(await this.apply(plan, more));
  }

  async changes(query: string): Promise<ChangesAnswer["items"]> {
    return this.#expected<ChangesAnswer>(await this.get(`/api/v1/changes?${query}`)).items;
  }

  async revert(changeId: string | undefined): Promise<Plan> {
    return this.#expected<Plan>(await this.post(`/api/v1/changes/${changeId}/revert`, {}));
  }

  #session(): Headers {
    return this.#cookies.size === 0 ? {} : { cookie: this.cookie };
  }

  #expected<T>(answer: Answer): T {
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`);
    return bodyOf<T>(answer);
  }
}

interface ApplyWish {
  readonly sealed: string;
  readonly confirm: string;
  readonly note: string;
  readonly acknowledged: readonly string[];
  readonly force: readonly number[];
}
