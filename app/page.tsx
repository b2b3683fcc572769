import { redirect } from "next/navigation";

/** The topology is the first place there is; the overview takes over when it exists. */
export default function Home(): never {
  redirect("/topology");
}
