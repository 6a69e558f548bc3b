import { formatCell, formatExact } from "../lib/money";

interface Props {
  /** Null where there is no figure; `missing` says why. */
  text: string | null;
  currency: string;
  missing?: string;
}

/** A figure rounded for the screen, with all its digits in the tooltip. */
export function Money({ text, currency, missing = "No figure" }: Props) {
  if (text === null) {
    return (
      <span title={missing}>
        <span aria-hidden>–</span>
        <span className="hidden">{missing}</span>
      </span>
    );
  }
  return (
    <span className="tabular" title={formatExact(text, currency)}>
      {formatCell(text, currency)}
    </span>
  );
}
