import badge from "../connections/state-badge.module.css";
import type { TrendEvent } from "./types";
import { severityTones, severityWords, statusWords } from "./words";

/** How much an event matters. */
export function SeverityBadge({ severity }: Pick<TrendEvent, "severity">) {
  return (
    <span className={badge.badge} data-tone={severityTones[severity]}>
      {severityWords[severity]}
    </span>
  );
}

/** Whether it goes on. */
export function StatusBadge({ event }: { event: Pick<TrendEvent, "status" | "archived"> }) {
  const tone = event.archived || event.status !== "open" ? "idle" : "warn";
  return (
    <span className={badge.badge} data-tone={tone}>
      {statusWords(event)}
    </span>
  );
}
