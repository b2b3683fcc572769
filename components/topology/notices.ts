/**
 * What the topology says besides its numbers: why there is nothing, or what is wrong with what there is. Pure: status
 * and address in, words and one next act out; every case is rendered by notices.test.tsx.
 */
import { sayInstant } from "#components/shell/instant.ts";
import type { UrlPatch, UrlState } from "#components/shell/url-state.ts";
import { sayWindow, WINDOWS, type Window } from "#lib/api/windows.ts";
import type { Problem } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { LiveStatus } from "#lib/live/messages.ts";

export type Act =
  | { readonly do: "retry"; readonly label: string }
  | { readonly do: "go"; readonly label: string; readonly patch: UrlPatch }
  | { readonly do: "copy"; readonly label: string; readonly text: string };

export interface Notice {
  /** Stable, unique in a list of notices. */
  readonly id: string;
  readonly tone: "failing" | "degraded" | "plain";
  readonly title: string;
  readonly text: string;
  /** Texts as the upstream wrote them, for whoever unfolds them. */
  readonly more?: readonly string[];
  readonly act: Act;
}

const KINDS: Readonly<Record<SourceStatus["kind"], string>> = {
  prometheus: "Prometheus",
  kubernetes: "Kubernetes",
  jaeger: "Jaeger",
  zipkin: "Zipkin",
  tempo: "Tempo",
};

const RETRY: Act = { do: "retry", label: "Retry now" };
/** Codes with which the console's own server refuses to open a stream. */
const REFUSED: readonly string[] = ["forbidden", "unauthorised"];

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const called = (source: SourceStatus): string => `${KINDS[source.kind]} '${source.name}'`;

/** The next window that may show more: ten minutes, or the one after what is chosen. */
function wider(window: Window): Window {
  const next = WINDOWS[Math.max(WINDOWS.indexOf(window) + 1, WINDOWS.indexOf("10m"))];
  return next ?? window;
}

/** What to say where the drawing would be; null when there is something to draw. `loading` has no act. */
export function emptyState(status: LiveStatus, url: UrlState): Notice | "loading" | null {
  if (status.nodes > 0 && status.placed === 0 && url.look.show === "trouble" && !url.table) {
    return noTrouble(status, url);
  }
  if (status.nodes > 0) return status.find.hidden.nodes < status.nodes ? null : allHidden(url);
  if (status.at === null) return status.problem === null ? "loading" : neverThere(status, status.problem);
  if (status.sources.some((source) => source.kind === "prometheus" && unasked(source))) return "loading";
  const down = status.sources.find((source) => source.kind === "prometheus" && source.state === "down");
  if (down) return { ...downNotice(down, null), id: "upstream-down-empty" };
  const silent = status.sources.find((source) => source.kind === "prometheus" && source.missing.length > 0);
  const missing = silent?.missing[0];
  // What couldn't be read this time isn't missing from the mesh.
  if (silent?.state === "partial" && missing) {
    return {
      id: "unread",
      tone: "degraded",
      title: `${called(silent)} answered in part`,
      text: `It has no ${missing.what}: ${sentence(missing.consequence)}`,
      act: RETRY,
    };
  }
  if (silent && missing) {
    return {
      id: "no-telemetry",
      tone: "degraded",
      title: "No telemetry of the mesh",
      text: `${called(silent)} has no ${missing.what}: ${sentence(missing.consequence)} ${sentence(missing.setting)}`,
      act: { do: "copy", label: "Copy the setting", text: missing.setting },
    };
  }
  const { clusters, namespaces, window } = url.view;
  const chosen = [...clusters, ...namespaces];
  if (chosen.length > 0) {
    return {
      id: "empty-scope",
      tone: "plain",
      title: "Nothing in this scope",
      text: `No workload with traffic, and none without, in ${chosen.slice(0, 4).join(", ")}${chosen.length > 4 ? " …" : ""}. Other namespaces may have some.`,
      act: { do: "go", label: "Show all namespaces", patch: { view: { clusters: [], namespaces: [] } } },
    };
  }
  return noTraffic(window, status.at);
}

/**
 * What must follow wherever all is said to be well while the stream is lost: of when that is. "" while what is shown is as new as it
 * can be, or stands still because somebody wants it to. A connection that is being opened again isn't there yet.
 */
export function lostSince({ phase, at }: Pick<LiveStatus, "phase" | "at">): string {
  if (at === null || (phase !== "reconnecting" && phase !== "failed" && phase !== "connecting")) return "";
  return ` That is of ${sayInstant(at)}: the console’s server isn’t connected.`;
}

/** Only what is unhealthy was asked for, and nothing is: said of as much as was looked at, and as surely as it is known. */
function noTrouble(status: LiveStatus, { look }: UrlState): Notice {
  const { nodes, near, counts, unknownCalls, sources } = status;
  const lost = lostSince(status);
  if (near !== null && look.rest === "hide") {
    return {
      id: "none-near-unhealthy",
      tone: lost === "" ? "plain" : "degraded",
      title: "Nothing near it is known to be unhealthy",
      text: `None of ${formatPlural(near, "mark")} around what stands out is known to be degraded or failing, nor is a call between them. The rest of the view is hidden.${lost}`,
      act: { do: "go", label: "Look at the rest too", patch: { look: { rest: "dim" } } },
    };
  }
  const act: Act = { do: "go", label: "Show everything", patch: { look: { show: "all" } } };
  const none = `None of ${formatPlural(nodes, "mark")} in this view is`;
  const unwell = sources.find(({ kind, state }) => kind === "prometheus" && state !== "ok");
  if (counts.unknown === 0 && unknownCalls === 0 && unwell === undefined && lost === "") {
    return {
      id: "all-well",
      tone: "plain",
      title: "Nothing is unhealthy",
      text: `${none} degraded or failing, nor is a call between them.`,
      act,
    };
  }
  const lacking = [
    counts.unknown === 0 ? "" : ` Of ${formatPlural(counts.unknown, "mark")} the state isn't known.`,
    unknownCalls === 0 ? "" : ` Of ${formatPlural(unknownCalls, "call")} the state isn't known.`,
    unwell === undefined ? "" : ` Not all that ${called(unwell)} measures now is known.`,
    lost,
  ];
  return {
    id: "none-known-unhealthy",
    tone: "degraded",
    title: "Nothing is known to be unhealthy",
    text: `${none} known to be degraded or failing, nor is a call between them.${lacking.join("")}`,
    act,
  };
}

function allHidden({ hide }: UrlState): Notice {
  return {
    id: "all-hidden",
    tone: "plain",
    title: "Everything is hidden",
    text: hide === "" ? "" : `Hidden is what fits: ${hide.slice(0, 200)}`,
    act: { do: "go", label: "Show it again", patch: { hide: "" } },
  };
}

function comparedInPart(notes: readonly string[]): Notice {
  return {
    id: "compared-in-part",
    tone: "degraded",
    title: "The comparison is not whole.",
    text: `Nothing is called new or gone where one of the two windows isn't known. ${sentence(notes[0] ?? "")}`,
    ...(notes.length > 1 ? { more: notes.slice(1) } : {}),
    act: { do: "go", label: "Stop comparing", patch: { view: { compareAt: null, compareWindow: null } } },
  };
}

const unclassified: Notice = {
  id: "unclassified",
  tone: "plain",
  title: "No operation is known.",
  text: "No request here is classified. Istio does it where a Telemetry resource sets a tag by what was asked for (operationLabel in the configuration names the tag).",
  act: { do: "go", label: "Don't draw operations", patch: { view: { operations: false } } },
};

function noTraffic(window: Window, at: string): Notice {
  const more = wider(window);
  return {
    id: "no-traffic",
    tone: "plain",
    title: `No traffic in the last ${sayWindow(window)}`,
    text: `No proxy reported a request or a connection in the ${sayWindow(window)} before ${sayInstant(at)}. A rate needs two scrapes in the window; rare calls need a longer one.`,
    act: { do: "go", label: `Look at ${sayWindow(more)}`, patch: { view: { window: more } } },
  };
}

function neverThere(status: LiveStatus, problem: NonNullable<LiveStatus["problem"]>): Notice {
  if (problem.code === "too_many_streams") {
    return {
      id: "too-many-streams",
      tone: "degraded",
      title: "As many viewers as the console allows",
      text: `${sentence(problem.detail)} Closing another tab of the console makes room; this one tries again by itself.`,
      act: RETRY,
    };
  }
  if (REFUSED.includes(problem.code)) {
    return {
      id: "forbidden",
      tone: "plain",
      title: "Not yours to see",
      text: sentence(problem.detail),
      act: { do: "go", label: "Show what I may see", patch: { view: { clusters: [], namespaces: [] } } },
    };
  }
  const down = status.sources.find((source) => source.state === "down");
  if (down) return { ...downNotice(down, null), id: "upstream-down-empty" };
  return {
    id: "server-unreachable-empty",
    tone: "failing",
    title: "The console's server does not answer",
    text: sentence(problem.detail),
    act: RETRY,
  };
}

/** A cause as the server words it, without what the notice says itself: since when, what is shown, that it tries again. */
function causeOf(source: SourceStatus): string {
  return (source.problem?.detail ?? "").split(" No answer since ")[0]?.replace(/\.$/, "") ?? "";
}

/** Prometheus 'main' has not answered since 14:02:10 (connection refused). The graph shows 14:01:58. Retrying every 5 s. */
function downNotice(source: SourceStatus, at: string | null): Notice {
  const cause = causeOf(source);
  // A cause that is a clause stands in brackets, one that is sentences stands behind.
  const clause = cause !== "" && cause.length <= 60 && !cause.includes(". ");
  const shown = source.kind === "prometheus" ? at : source.asOf;
  const what = source.kind === "prometheus" ? "The graph shows" : "Names, versions and idle workloads are of";
  const seconds = source.retryInMs === undefined ? null : Math.max(1, Math.round(source.retryInMs / 1000));
  const parts = [
    clause || cause === "" ? "" : sentence(cause),
    shown === null ? "There is nothing older to show." : `${what} ${sayInstant(shown)}.`,
    seconds === null ? "" : `Retrying every ${seconds} s.`,
  ];
  return {
    id: `${source.state}-${source.kind}-${source.name}`,
    tone: source.kind === "prometheus" ? "failing" : "degraded",
    title: `${called(source)} has not answered since ${sayInstant(source.since)}${clause ? ` (${cause})` : ""}.`,
    text: parts.filter(Boolean).join(" "),
    act: RETRY,
  };
}

/** The first moments of the server: nobody has asked the source yet, which is no trouble. */
function unasked(source: SourceStatus): boolean {
  return source.problem?.code === "not_asked_yet";
}

/** Banners above the drawing, worst first. */
export function notices(status: LiveStatus, url: UrlState): readonly Notice[] {
  const { at } = status;
  if (at === null || status.nodes === 0) return [];
  const list: Notice[] = [];
  if ((status.phase === "reconnecting" || status.phase === "failed") && status.problem !== null) {
    list.push({
      id: "server-unreachable",
      tone: "failing",
      title: "The connection to the console's server is lost.",
      text: `${sentence(status.problem.detail)} The graph shows ${sayInstant(at)}.`,
      act: RETRY,
    });
  }
  for (const source of status.sources) list.push(...sourceNotices(source, at));
  if (status.comparedNotes.length > 0) list.push(comparedInPart(status.comparedNotes));
  // Where a source is in trouble, that there is no traffic would be a guess.
  if (status.edges === 0 && list.length === 0) list.push(noTraffic(url.view.window, at));
  if (status.operations?.known === 0) list.push(unclassified);
  const effective = WINDOWS.find((window) => window === status.window);
  if (
    effective !== undefined &&
    effective !== url.view.window &&
    WINDOWS.indexOf(effective) > WINDOWS.indexOf(url.view.window)
  ) {
    list.push({
      id: "window-raised",
      tone: "plain",
      title: `Shown is ${sayWindow(effective)}, not ${sayWindow(url.view.window)}.`,
      text: "A rate needs at least four scrapes in its window, and the proxies are scraped less often than that.",
      act: { do: "go", label: `Use ${sayWindow(effective)}`, patch: { view: { window: effective } } },
    });
  }
  return list;
}

/** A trace that was to be drawn on the graph can't be: which of the two is wrong, and that the graph is whole. */
export function traceNotice({ code, detail }: Pick<Problem, "code" | "detail">): Notice {
  const text = `${sentence(detail)} The graph is shown without it.`;
  const stop: Act = { do: "go", label: "Stop showing", patch: { trace: null } };
  switch (code) {
    case "not_found":
    case "bad_parameter":
      return { id: "trace-not-found", tone: "plain", title: "There is no such trace to draw.", text, act: stop };
    case "too_large":
      return { id: "trace-too-large", tone: "plain", title: "The trace is too large to be drawn.", text, act: stop };
    case "forbidden":
      return { id: "trace-forbidden", tone: "plain", title: "The trace is not yours to see.", text, act: stop };
    default:
      return { id: "trace-unread", tone: "degraded", title: "The trace can’t be read.", text, act: RETRY };
  }
}

function sourceNotices(source: SourceStatus, at: string): readonly Notice[] {
  const id = `${source.state}-${source.kind}-${source.name}`;
  const why = source.problem ? ` ${sentence(source.problem.detail)}` : "";
  const more = [...source.warnings, ...source.infos];
  switch (source.state) {
    case "ok":
      return [];
    case "down":
      return unasked(source) ? [] : [downNotice(source, at)];
    case "stale":
      if (source.problem !== undefined) return [downNotice(source, at)];
      return [
        {
          id,
          tone: "degraded",
          title: `${called(source)} has no samples newer than ${sayInstant(source.asOf ?? at)}.`,
          text: "It answers, but what it holds is old: the graph is faded until samples arrive.",
          act: RETRY,
        },
      ];
    case "partial":
      return [
        {
          id,
          tone: "degraded",
          title: `${called(source)} answered in part.`,
          text: `Some rates may be too low, and calls may be missing.${why}`,
          ...(more.length > 0 ? { more } : {}),
          act: RETRY,
        },
      ];
    case "slow":
      return [
        {
          id,
          tone: "degraded",
          // While a read still runs, the source's own sentence says for how long; queryMs is of the one before.
          title: source.problem
            ? sentence(source.problem.detail)
            : `${called(source)} is slow${source.queryMs === null ? "" : `: ${(source.queryMs / 1000).toFixed(1)} s for an answer`}.`,
          text: `The graph shows ${sayInstant(at)} and follows more slowly.`,
          act: RETRY,
        },
      ];
  }
}
