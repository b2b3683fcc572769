import Link from "next/link";
import { Section } from "#components/ui/section.tsx";
import { isObject, own } from "#lib/policy/json.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { hostClientsHref } from "../links.tsx";

/** The hosts of a ServiceEntry, each with the way to how clients reach it; of other kinds nothing. */
export function EntryHosts({ object, manifest }: { readonly object: ObjectRef; readonly manifest: unknown }) {
  const hosts = hostsOf(object, manifest);
  if (hosts.length === 0) return null;
  return (
    <Section title="How clients reach its hosts">
      <ul>
        {hosts.map((host) => (
          <li key={host} className="border-t border-line py-[5px] wrap-anywhere">
            <Link
              href={hostClientsHref(object, host)}
              prefetch={false}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
            >
              <bdi>{host}</bdi>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Each once. */
export function hostsOf({ group, kind }: Pick<ObjectRef, "group" | "kind">, manifest: unknown): readonly string[] {
  if (group !== "networking.istio.io" || kind !== "ServiceEntry" || !isObject(manifest)) return [];
  const hosts = own(manifest["spec"], "hosts");
  return Array.isArray(hosts) ? [...new Set(hosts.filter((host): host is string => typeof host === "string"))] : [];
}
