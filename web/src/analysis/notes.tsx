import type { Costs } from "../api/types";
import { monthLabel } from "../lib/dates";
import classes from "./page.module.css";

/** What a careful reader wants to know about these figures. */
export function Notes({ costs, shared }: { costs: Costs; shared: boolean }) {
  return (
    <div className={classes.notes}>
      {costs.unproven_periods.length > 0 && (
        <span className={classes.warn}>
          Not proven yet: {costs.unproven_periods.map(monthLabel).join(", ")}.
        </span>
      )}
      {costs.estimated && (
        <span>The newest month is open: its unused commitments are an estimate until it closes.</span>
      )}
      {costs.amortized_notes.map((note) => (
        <span key={note} className={classes.warn}>
          Amortized cost is not whole. {note}.
        </span>
      ))}
      {shared && <span>Shared costs are split by the organization’s rules.</span>}
      <span>
        {costs.source === "line_items" ? "Computed from line items." : "Computed from daily roll-ups."}
      </span>
      <span>Figures are rounded on screen only: point at one for all its digits, click it for its rows.</span>
    </div>
  );
}
