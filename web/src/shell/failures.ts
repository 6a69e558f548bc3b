import type { Failure } from "../api/types";
import { timeLabel } from "../lib/dates";

/** What a list of failures is about, each counted once. */
export function titleOf(failures: readonly Failure[]): string {
  const of = (...kinds: Failure["kind"][]) => failures.filter((one) => kinds.includes(one.kind)).length;
  const said = (count: number, one: string, many: string) =>
    count === 0 ? [] : [count === 1 ? one : `${count} ${many}`];
  const parts = [
    ...said(of("month"), "One report could not be read", "reports could not be read"),
    ...said(of("look", "gone"), "One source could not be read", "sources could not be read"),
    ...said(of("stopped"), "Deliveries stopped", "sources bring no new deliveries"),
  ];
  return parts.map((text, at) => (at === 0 ? text : text.toLowerCase())).join(", ");
}

/** Since when, and how often. */
export function sinceOf(failure: Failure): string {
  const { first_at, last_at, times, ended_at } = failure;
  if (!first_at) return "";
  const first = `Since ${timeLabel(first_at)} UTC`;
  const often = times > 1 && last_at ? `${times} times, last at ${timeLabel(last_at)} UTC` : "";
  const end = ended_at ? `over at ${timeLabel(ended_at)} UTC` : "";
  return [first, often, end].filter(Boolean).join("; ");
}
