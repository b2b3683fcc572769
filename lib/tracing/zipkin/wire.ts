/** Zipkin's answers: a trace is a list of spans, a search a list of such lists. https://zipkin.io/zipkin-api/#/default/get_traces */
import type { Plan } from "../json/cut.ts";

const span: Plan = { take: "span", only: "object" };

export const ZIPKIN: readonly Plan[] = [{ items: { items: span } }, { items: span }];
