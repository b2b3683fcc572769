/** Which clients are named, and which a search finds. Pure. */
import type { RoutingClass } from "#lib/policy/client-routing.ts";

type Clients = RoutingClass["clients"];

/** Those whose `namespace/name` holds the text, in any case. */
export function found(clients: Clients, search: string): Clients {
  const text = search.trim().toLowerCase();
  if (text === "") return clients;
  return clients.flatMap(({ namespace, names }) => {
    const fitting = names.filter((name) => `${namespace}/${name}`.toLowerCase().includes(text));
    return fitting.length === 0 ? [] : [{ namespace, names: fitting }];
  });
}

/** Whether a rule that their calls come to sends some of them where they fail, or nowhere, or where what they send isn't taken. */
export const failing = ({ rules, tls }: Pick<RoutingClass, "rules" | "tls">): boolean =>
  tls.some(({ connects }) => connects === false) ||
  rules.some(
    ({ reached, does, to }) =>
      reached && does === "route" && (to.length === 0 || to.some(({ fails, share }) => fails !== null && share > 0)),
  );

export const countOf = (clients: Clients): number => clients.reduce((sum, { names }) => sum + names.length, 0);

/** `shop/orders, shop/web and 41 more` */
export function titleOf(clients: Clients): string {
  const all = clients.flatMap(({ namespace, names }) => names.map((name) => `${namespace}/${name}`));
  const rest = all.length - NAMED;
  // "and 1 more" is no shorter than the name.
  if (rest <= 1) return all.join(", ");
  return `${all.slice(0, NAMED).join(", ")} and ${rest} more`;
}

const NAMED = 2;
