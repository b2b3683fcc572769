import { headers } from "next/headers";
import { cache } from "react";
import { viewer } from "#lib/server/index.ts";

/** Whom this page is rendered for; looked up once, whoever of the page asks. */
export const pageSession = cache(async () => viewer((await headers()).get("cookie")));
