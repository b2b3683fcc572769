/**
 * What a Telemetry's tag override says a tag is: an expression of CEL (https://github.com/google/cel-spec) over Envoy's attributes
 * (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes), of which this knows what classifies
 * requests: request.method, host, url_path and path, destination.port, string(), texts, +, ==, !=, &&, ||, !, ?:, parentheses,
 * startsWith, endsWith and contains. What it doesn't know is `unknown`, as Istio writes of what can't be evaluated. Pure.
 */
import type { Asked } from "./match.ts";

export interface Tagged extends Pick<Asked, "host" | "method" | "path"> {
  /** Of the workload, where its own proxy is asked. */
  readonly destinationPort?: number;
}

export type TagValue = (asked: Tagged) => string;

type Value = string | number | boolean;
type Term = (asked: Tagged) => Value;

const ATTRIBUTES: Readonly<Record<string, Term>> = {
  "request.method": ({ method }) => method,
  "request.host": ({ host }) => host,
  "request.path": ({ path }) => path,
  "request.url_path": ({ path }) => path.replace(/[?#].*$/, ""),
  "destination.port": ({ destinationPort }) => {
    if (destinationPort === undefined) throw new TypeError("not known");
    return destinationPort;
  },
};

const CALLS: Readonly<Record<string, (text: string, other: string) => boolean>> = {
  startsWith: (text, other) => text.startsWith(other),
  endsWith: (text, other) => text.endsWith(other),
  contains: (text, other) => text.includes(other),
};

const TOKEN = /\s*("[^"\\]*"|'[^'\\]*'|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|==|!=|&&|\|\||[.+?:!()])/y;

/** Beyond this nobody writes one by hand, and depth is bounded. */
const LONGEST = 2000;

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) return null;
    tokens.push(token);
  }
  return tokens;
}

const asText = (value: Value): string => {
  if (typeof value !== "string") throw new TypeError("no text");
  return value;
};
const asTruth = (value: Value): boolean => {
  if (typeof value !== "boolean") throw new TypeError("no truth value");
  return value;
};

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  whole(): Term {
    const term = this.#choice();
    if (this.#at < this.#tokens.length) throw new SyntaxError("something is left");
    return term;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw new SyntaxError(`no ${token}`);
  }

  #choice(): Term {
    const condition = this.#either();
    if (!this.#takes("?")) return condition;
    const yes = this.#choice();
    this.#expect(":");
    const no = this.#choice();
    return (asked) => (asTruth(condition(asked)) ? yes(asked) : no(asked));
  }

  #either(): Term {
    const left = this.#both();
    if (!this.#takes("||")) return left;
    const right = this.#either();
    return (asked) => asTruth(left(asked)) || asTruth(right(asked));
  }

  #both(): Term {
    const left = this.#compared();
    if (!this.#takes("&&")) return left;
    const right = this.#both();
    return (asked) => asTruth(left(asked)) && asTruth(right(asked));
  }

  #compared(): Term {
    const left = this.#sum();
    if (this.#takes("==")) return same(left, this.#sum());
    if (!this.#takes("!=")) return left;
    const equal = same(left, this.#sum());
    return (asked) => !asTruth(equal(asked));
  }

  #sum(): Term {
    const left = this.#called();
    if (!this.#takes("+")) return left;
    const right = this.#sum();
    return (asked) => asText(left(asked)) + asText(right(asked));
  }

  #called(): Term {
    if (this.#takes("!")) {
      const term = this.#called();
      return (asked) => !asTruth(term(asked));
    }
    const token = this.#tokens[this.#at] ?? "";
    this.#at += 1;
    const dot = token.lastIndexOf(".");
    const call = CALLS[token.slice(dot + 1)];
    const attribute = ATTRIBUTES[call === undefined ? token : token.slice(0, dot)];
    if (attribute !== undefined) return call === undefined ? attribute : this.#call(attribute, call);
    let term: Term;
    if (token === "(") {
      term = this.#choice();
      this.#expect(")");
    } else if (token === "string" && this.#takes("(")) {
      const inner = this.#choice();
      this.#expect(")");
      term = (asked) => String(inner(asked));
    } else if (/^["']/.test(token)) {
      const text = token.slice(1, -1);
      term = () => text;
    } else throw new SyntaxError(`unknown: ${token}`);
    if (!this.#takes(".")) return term;
    const method = CALLS[this.#tokens[this.#at] ?? ""];
    this.#at += 1;
    if (method === undefined) throw new SyntaxError("unknown function");
    return this.#call(term, method);
  }

  #call(term: Term, call: (text: string, other: string) => boolean): Term {
    this.#expect("(");
    const other = this.#choice();
    this.#expect(")");
    return (asked) => call(asText(term(asked)), asText(other(asked)));
  }
}

const same =
  (left: Term, right: Term): Term =>
  (asked) =>
    left(asked) === right(asked);

/** Reads an expression once; whatever its text is, the value of any request is a text. */
export function readTagValue(expression: string): TagValue {
  try {
    const tokens = expression.length > LONGEST ? null : tokensOf(expression);
    if (tokens === null) return () => "unknown";
    const term = new Reader(tokens).whole();
    return (asked) => {
      try {
        return asText(term(asked)) || "unknown";
      } catch {
        return "unknown";
      }
    };
  } catch {
    return () => "unknown";
  }
}
