import type { Costs } from "../api/types";
import { lackOfPart, missing } from "../shell/proof";
import classes from "./page.module.css";

/** What a careful reader wants to know about these figures. */
export function Notes({ costs, shared }: { costs: Costs; shared: boolean }) {
  // Of amortized cost only where it is shown, and once: its notes name each part of it with the amount.
  const amortized = costs.metric.endsWith("amortized") && costs.amortized_notes.length === 0;
  // Of a part nothing is proven, and nothing lacks.
  const part = costs.proof.copied.state === "part";
  const lacking = part ? [] : missing(costs.proof).filter((name) => name !== "amortized" || amortized);
  return (
    <div className={classes.notes}>
      {part && (
        <span>The part of the bill that you may see: only the whole can be compared with the bill.</span>
      )}
      {lacking.map((name) => (
        <span key={name} className={classes.warn}>
          {lackOfPart(costs.proof, name)}. {costs.proof[name].reason}.
        </span>
      ))}
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
