/** What an API server's refusal means. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
import { MeshscopeError } from "#lib/errors.ts";
import { BodyError } from "#lib/upstream/body.ts";
import { connectionCode, connectionWords, isExpected, quoted } from "#lib/upstream/failure.ts";
import { type Asked, isWrite, type Status } from "./status.ts";
import { writeRefusal } from "./write-problem.ts";

/** The error for an answer that isn't 2xx. `status` is null where the body was no Status. */
export function refusal(
  http: number,
  status: Status | null,
  asked: Asked,
  retryAfter: number | undefined,
): MeshscopeError {
  const { cluster, verb, resource, namespace } = asked;
  if (isWrite(asked)) {
    const written = writeRefusal(http, status, asked);
    if (written) return written;
  }
  const everywhere = asked.objectName === undefined ? " in all namespaces" : "";
  const where = namespace === undefined ? everywhere : ` in namespace ${namespace}`;
  const said = status ? quoted(status.message, []) : "";
  switch (http) {
    case 401:
      if (asked.user) {
        const again = `Cluster "${cluster}" no longer accepts your sign-in. Sign in again; nothing you typed is lost.`;
        return new MeshscopeError("reauth", again);
      }
      return new MeshscopeError(
        "upstream_unauthorised",
        `Cluster "${cluster}" doesn't accept the credential. It may have expired.`,
      );
    case 403:
      return new MeshscopeError("forbidden", `No right to ${verb} ${resource}${where} of cluster "${cluster}".`);
    case 404:
      return new MeshscopeError("not_found", `Cluster "${cluster}" has no such ${resource}.`);
    case 429:
    case 503:
      return new MeshscopeError("upstream_busy", `The API server of cluster "${cluster}" asks for patience.`, {
        retryAfter: retryAfter ?? 1,
      });
    case 504:
      return new MeshscopeError("upstream_timeout", `The API server of cluster "${cluster}" didn't answer in time.`);
    default: {
      const why = status
        ? `: ${said || status.reason}`
        : ", and not as a Kubernetes API does. Check the server's address";
      return new MeshscopeError(
        "upstream_bad",
        `Cluster "${cluster}" answers HTTP ${http} to ${verb} ${resource}${why}.`,
      );
    }
  }
}

/** An answer with status 2xx whose body isn't what was asked for. */
export function unreadable({ cluster, verb, resource }: Asked, what: string): MeshscopeError {
  return new MeshscopeError("upstream_bad", `Cluster "${cluster}" answers ${what} to ${verb} ${resource}.`);
}

/** The deadline passed. */
export function tooLate(asked: Asked): MeshscopeError {
  const { cluster, verb, resource } = asked;
  const open = isWrite(asked) ? UNKNOWN_OUTCOME : "";
  const late = `Cluster "${cluster}" didn't answer in time to ${verb} ${resource}.${open}`;
  return new MeshscopeError("upstream_timeout", late);
}

/** A write whose answer is lost may have been carried out; nobody repeats it blindly. */
const UNKNOWN_OUTCOME = " Whether it was carried out isn't known: read the object again before you repeat it.";

/** What the connection threw, in our codes; ours pass through. */
export function thrownProblem(thrown: unknown, asked: Asked): MeshscopeError {
  if (isExpected(thrown)) return thrown;
  const { cluster } = asked;
  if (thrown instanceof BodyError) {
    if (thrown.problem !== "too-large") return unreadable(asked, "in an unreadable encoding");
    return new MeshscopeError(
      "upstream_too_large",
      `Cluster "${cluster}" answers more than the limit to ${asked.verb} ${asked.resource}.`,
    );
  }
  const code = connectionCode(thrown);
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") {
    return new MeshscopeError("cancelled", `The connection to cluster "${cluster}" is closed.`);
  }
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") return tooLate(asked);
  return new MeshscopeError(
    "upstream_unreachable",
    `The API server of cluster "${cluster}" can't be reached: ${connectionWords(thrown)}.${isWrite(asked) ? UNKNOWN_OUTCOME : ""}`,
    { cause: thrown },
  );
}
