import type { ConnectionState } from "../api/types";
import { states } from "./kinds";
import classes from "./state-badge.module.css";

export function StateBadge({ state }: { state: ConnectionState }) {
  const { label, tone } = states[state];
  return (
    <span className={classes.badge} data-tone={tone}>
      {label}
    </span>
  );
}
