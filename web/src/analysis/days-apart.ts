import type { Compared, Overview } from "../api/types";
import { daysBetween } from "../lib/dates";

/** ", 31 days against 30": said where months differ, because it explains a part of the change. */
export function daysApart(previous: Compared): string {
  const now = daysBetween(previous.compared_from, previous.compared_to);
  const before = daysBetween(previous.from, previous.to);
  return now === before ? "" : `, ${now} days against ${before}`;
}

/** "; without Azure, which lacks data of these days": connections of which nothing is compared. */
export function lacking(
  { unknown_connections }: Compared,
  { connections }: Pick<Overview, "connections">,
): string {
  if (unknown_connections.length === 0) return "";
  const names = unknown_connections.map((id) => connections.find((one) => one.connection === id)?.name ?? id);
  const [first, second] = names;
  if (second === undefined) return `; without ${first}, which lacks data of these days`;
  return names.length > 3
    ? `; without ${names.length} connections that lack data of these days`
    : `; without ${names.join(", ")}, which lack data of these days`;
}
