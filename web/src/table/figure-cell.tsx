import { formatCell, formatExact } from "../lib/money";
import classes from "./pivot-table.module.css";

interface Props {
  figure: string;
  currency: string;
  row: number;
  column: number;
  target: string;
  at: string | undefined;
  /** What a click does, for the tooltip. */
  leadsTo?: string;
  strong?: boolean;
}

/** A figure that explains itself; the click is handled by the table, once for all cells. */
export function FigureCell({
  figure,
  currency,
  row,
  column,
  target,
  at,
  leadsTo = "explain",
  strong,
}: Props) {
  return (
    <button
      type="button"
      className={classes.figure}
      data-r={row}
      data-c={column}
      data-explain={target}
      data-at={at ?? ""}
      data-strong={strong}
      tabIndex={row === 0 && column === 0 ? 0 : -1}
      title={`${formatExact(figure, currency)} · ${leadsTo}`}
    >
      {formatCell(figure, currency)}
    </button>
  );
}
