import { useComputedColorScheme } from "@mantine/core";
import { seriesColor } from "../chart/series-color";
import { approximate, shareText, sumDecimals } from "../lib/decimal";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import classes from "./lifecycles.module.css";
import section from "./section.module.css";
import table from "./table.module.css";
import type { OptimizationOverview } from "./types";
import { capital, hoursText } from "./words";

type Row = OptimizationOverview["lifecycles"][number];

/** The palette's places: what is saved on looks alike on all pages. */
const colors: Record<string, number> = { on_demand: 3, spot: 1, reserved: 0, savings_plan: 4 };
const names: Record<string, string> = { on_demand: "On-demand" };

/** Two bars, cost and hours, each in its parts, and the same as a table. */
export function Lifecycles({ rows, currency }: { rows: readonly Row[]; currency: string }) {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const cost = sumDecimals(rows.map((one) => one.cost));
  const hours = sumDecimals(rows.map((one) => one.hours));
  if (approximate(cost) === 0 && approximate(hours) === 0) {
    return <p className={section.none}>No compute ran in these days.</p>;
  }
  const color = (row: Row) => seriesColor({ other: false, color: colors[row.lifecycle] ?? 9 }, scheme);
  const bar = (of: "cost" | "hours", whole: string) => (
    <span className={classes.bar} aria-hidden>
      {rows.map((row) => (
        <span
          key={row.lifecycle}
          style={{
            width: `${approximate(whole) > 0 ? Math.max(0, (100 * approximate(row[of])) / approximate(whole)) : 0}%`,
            background: color(row),
          }}
        />
      ))}
    </span>
  );
  return (
    <>
      <div className={classes.bars}>
        <span>Cost</span>
        {bar("cost", cost)}
        <span>Hours</span>
        {bar("hours", hours)}
      </div>
      <div className={table.dense}>
        <ListTable
          label="Cost and hours by lifecycle, table"
          columns={[
            { name: "Lifecycle" },
            { name: "Cost", kind: "number" },
            { name: "Of cost", kind: "number" },
            { name: "Hours", kind: "number" },
            { name: "Of hours", kind: "number" },
          ]}
        >
          {rows.map((row) => (
            <tr key={row.lifecycle}>
              <th scope="row">
                <i className={classes.swatch} style={{ background: color(row) }} aria-hidden />
                {names[row.lifecycle] ?? capital(row.lifecycle)}
              </th>
              <td className={listClasses.number}>
                <Money text={row.cost} currency={currency} />
              </td>
              <td className={listClasses.number}>{shareText(row.cost, cost)}</td>
              <td className={listClasses.number}>{hoursText(row.hours)}</td>
              <td className={listClasses.number}>{shareText(row.hours, hours)}</td>
            </tr>
          ))}
        </ListTable>
      </div>
    </>
  );
}
