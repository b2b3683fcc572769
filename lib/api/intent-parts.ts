/** What fields of intents may hold. */
import { z } from "./zod.ts";

export const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: "a name in lower case, at most 63 characters" });
export const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, { error: "a name in lower case" });
export const cluster = z.string().regex(/^[A-Za-z0-9._-]{1,63}$/, { error: "a cluster's name" });
export const version = z
  .string()
  .regex(/^[A-Za-z0-9]([-A-Za-z0-9_./]{0,251}[A-Za-z0-9])?$/, { error: "a subset's, backend's or label's value" });
const labelKey = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, {
    error: "a label's name",
  });
export const labelValue = z
  .string()
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, { error: "a label's value" });
export const duration = z
  .string()
  .regex(/^(?=.*[1-9])(\d{1,6}(\.\d{1,9})?(ms|s|m|h)){1,4}$/, { error: "a duration such as 500ms or 30s, over 0" });
export const percent = z.int().min(0).max(100);
export const part = z.number().min(0).max(100);
export const plain = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), { error: "text without control characters" });
export const few = <T extends z.ZodType>(value: T, key: z.ZodString = labelKey) =>
  z.record(key, value).refine((map) => Object.keys(map).length <= 64, { error: "at most 64 entries" });
export const count = z.int().min(0).max(2_147_483_647);
export const header = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, { error: "a header's name" });
export const port = z
  .string()
  .regex(/^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/, { error: "a port's number" });
