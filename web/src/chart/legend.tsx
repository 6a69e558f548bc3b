import { useComputedColorScheme } from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { formatExact, formatMoney } from "../lib/money";
import type { ChartData } from "./data";
import classes from "./legend.module.css";
import { seriesColor } from "./series-color";

/** The compared span as an entry of the legend, which shows and hides its line. */
export interface ComparedEntry {
  shown: boolean;
  /** Its days. */
  label: string;
  /** What of them is not in the line; empty where all is. */
  note: string;
  total: string;
  onShown: (shown: boolean) => void;
}

interface Props {
  data: ChartData;
  /** None where there is nothing to compare with. */
  compared: ComparedEntry | undefined;
  currency: string;
  onHidden: (hidden: string[]) => void;
}

/** Click hides or shows a value; all at once above the list. */
export function Legend({ data, compared, currency, onHidden }: Props) {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const hidden = data.series.filter((one) => one.hidden).map((one) => one.id);
  const none = hidden.length === data.series.length;
  const toggle = (id: string) =>
    onHidden(hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id]);
  return (
    <section className={classes.legend} aria-label="Legend">
      <button
        type="button"
        className={classes.all}
        onClick={() => onHidden(hidden.length === 0 ? data.series.map((one) => one.id) : [])}
      >
        {hidden.length === 0 ? <IconEyeOff size={15} aria-hidden /> : <IconEye size={15} aria-hidden />}
        {hidden.length === 0 ? "Unselect all" : "Select all"}
        {hidden.length > 0 && !none && <span className={classes.count}>{hidden.length} hidden</span>}
      </button>
      {compared && (
        <button
          type="button"
          className={`${classes.entry} ${classes.compared}`}
          aria-pressed={compared.shown}
          title={`${compared.shown ? "Hide" : "Show"} the line of the days that these are compared with: ${formatExact(compared.total, currency)}`}
          onClick={() => compared.onShown(!compared.shown)}
        >
          <span className={classes.dash} />
          <span className={classes.label}>
            Compared: {compared.label}
            {compared.note}
          </span>
          <span className={`${classes.figure} tabular`}>{formatMoney(compared.total, currency, 0)}</span>
        </button>
      )}
      <ul className={classes.list}>
        {data.series.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={classes.entry}
              aria-pressed={!one.hidden}
              onClick={() => toggle(one.id)}
              title={`${one.label}: ${formatExact(one.total, currency)}`}
            >
              <span
                className={classes.swatch}
                style={
                  one.hidden
                    ? undefined
                    : { background: seriesColor(one, scheme), borderColor: "transparent" }
                }
              />
              <span className={classes.label}>{one.label}</span>
              <span className={`${classes.figure} tabular`}>{formatMoney(one.total, currency, 0)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
