/** One JSON line an event, on stdout. Headers, bodies and queries are never logged; what is named like a secret is masked. */
import { type Logger, pino } from "pino";

const SECRETS = ["authorization", "cookie", "password", "token", "secret", "key"];

export function createLog(level = "info"): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "***" },
  });
}
