/**
 * A file of traces, read part by part: its format is found by its beginning, and what can't be read is said with the place.
 * Pure; memory is the spans that are kept and one piece of text.
 */
import { MeshscopeError } from "../errors.ts";
import { formatPlural } from "../format.ts";
import { MAX_SPANS } from "./collect.ts";
import { BEGINNING, type Format, formatOf, TraceReader } from "./decode.ts";
import { CutError, type CutProblem } from "./json/cut.ts";
import type { Trace } from "./model.ts";
import type { Partial } from "./port.ts";

export interface FileRead {
  readonly format: Format;
  /** At least one. */
  readonly traces: readonly Trace[];
  readonly partial: Partial | null;
  readonly warnings: readonly string[];
}

const EXPECTED =
  "Expected is JSON of OpenTelemetry (“resourceSpans”, also a document per line), Jaeger (“data”) or Zipkin (a list of spans).";

const NAMES: Readonly<Record<Format, string>> = { otlp: "OpenTelemetry’s", jaeger: "Jaeger’s", zipkin: "Zipkin’s" };

const WHY: Readonly<Record<CutProblem, string>> = {
  "not-json": "this is no JSON, or it breaks off",
  "too-deep": "it is nested deeper than any span",
  "piece-too-large": "a span has more than 16 MiB",
};

export class TraceFileReader {
  readonly #most: number;
  /** What came before there was enough of it to know the format. */
  #beginning = "";
  #format: Format | null = null;
  #reader: TraceReader | null = null;
  /** Of the parts before the one that is being read. */
  readonly #read = { characters: 0, lines: 0, lineStart: 0 };

  /** `most`: spans that are kept. */
  constructor(most: number = MAX_SPANS) {
    this.#most = most;
  }

  /** The next part; false once more would be in vain. @throws MeshscopeError `unsupported_media_type` */
  write(text: string): boolean {
    if (this.#reader !== null) return this.#through(this.#reader, text);
    this.#beginning += text;
    return this.#beginning.trimStart().length < BEGINNING || this.#begin();
  }

  /** `tooLarge`: the file was given up before its end, for it has more than these bytes. @throws MeshscopeError `unsupported_media_type` */
  finish(tooLarge: number | null = null): FileRead {
    if (this.#reader === null) this.#begin();
    const [reader, format] = [this.#reader, this.#format];
    if (reader === null || format === null) throw unreadable(EXPECTED);
    const { traces, unread, beyond } = this.#placed("", () => reader.finish(tooLarge !== null));
    if (traces.length === 0) throw unreadable(`It looks like ${NAMES[format]} JSON, but has no span. ${EXPECTED}`);
    return {
      format,
      traces,
      partial: beyond ? tooMany(this.#most) : tooLarge === null ? null : tooBig(tooLarge),
      warnings: unread === 0 ? [] : [`Not read, and left out: ${formatPlural(unread, "span")} of the file.`],
    };
  }

  #begin(): boolean {
    const text = this.#beginning;
    this.#beginning = "";
    const format = formatOf(text);
    if (format === null) throw unreadable(`${begins(text)} ${EXPECTED}`);
    this.#format = format;
    this.#reader = new TraceReader(format, this.#most);
    return this.#through(this.#reader, text);
  }

  #through(reader: TraceReader, text: string): boolean {
    const more = this.#placed(text, () => reader.write(text));
    const read = this.#read;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      read.lines += 1;
      read.lineStart = read.characters + at + 1;
    }
    read.characters += text.length;
    return more;
  }

  /** Does something with a part; a problem with it is said with its place. */
  #placed<Result>(part: string, work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof CutError)) throw thrown;
      const format = this.#format === null ? "" : ` It was read as ${NAMES[this.#format]} JSON.`;
      throw unreadable(`At ${this.#place(part)} ${WHY[thrown.problem]}.${format} ${EXPECTED}`, thrown);
    }
  }

  /** Where the reader stands, as editors count: from 1. */
  #place(part: string): string {
    const at = this.#reader?.at ?? 0;
    const before = part.slice(0, Math.max(0, at - this.#read.characters));
    const breaks = before.split("\n").length - 1;
    const start = breaks === 0 ? this.#read.lineStart : this.#read.characters + before.lastIndexOf("\n") + 1;
    const shown = (count: number) => count.toLocaleString("en-US");
    return `line ${shown(this.#read.lines + breaks + 1)}, character ${shown(at - start + 1)}`;
  }
}

function unreadable(detail: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError("unsupported_media_type", detail, { cause });
}

function begins(text: string): string {
  const first = text.trimStart()[0];
  if (first === undefined) return "The file is empty.";
  if (first === "{") return "Its JSON names nothing that files of traces begin with.";
  return /^[!-~]$/.test(first)
    ? `The file begins with “${first}”.`
    : "The file doesn’t begin with text: is it compressed?";
}

function tooMany(most: number): Partial {
  const detail = `The file has more than ${most.toLocaleString("en-US")} spans. The first of them are shown.`;
  return { reason: "spans", detail };
}

function tooBig(bytes: number): Partial {
  const size = `${Math.round(bytes / 1024 / 1024)} MiB`;
  return { reason: "bytes", detail: `The file is larger than ${size}. What lies within them is shown.` };
}
