import type { ConnectionState } from "../api/types";
import { states } from "./kinds";
import classes from "./state-badge.module.css";

export function StateBadge({ state, paused = false }: { state: ConnectionState; paused?: boolean }) {
  const { label, tone } = paused ? ({ label: "Paused", tone: "idle" } as const) : states[state];
  return (
    <span className={classes.badge} data-tone={tone}>
      {label}
    </span>
  );
}
