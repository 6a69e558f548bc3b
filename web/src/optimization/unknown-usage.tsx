import { Link } from "@tanstack/react-router";
import { spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import classes from "./buy.module.css";
import { daysOf } from "./owned-data";
import { rowsOf } from "./rows-link";
import type { Purchase, Unpriced } from "./types";
import { sumKnown } from "./words";

interface Props {
  shown: Purchase;
}

/** Usage that no rate of this offer is known for, or that it would make dearer: it stays on demand in every figure. */
export function UnknownUsage({ shown }: Props) {
  const { unknown, dearer, currency } = shown;
  const back = daysOf(shown.look_back);
  const total = sumKnown(unknown.map((one) => one.on_demand));
  return (
    <>
      {unknown.length === 0 ? (
        <p className={classes.words}>A rate is known for all usage that this offer takes.</p>
      ) : (
        <>
          <p className={classes.words}>
            For {counted(unknown.length, "kind of usage", "kinds of usage")} no rate of this offer is known:{" "}
            <strong title={total === null ? undefined : formatExact(total, currency)}>
              {total === null ? "an unknown amount" : formatMoney(total, currency)}
            </strong>{" "}
            on demand in {spanLabel(back.from, back.to)} stay on demand in every figure here. It is not
            nothing: it is not known. Import a price file (<code>cloud-analyzer prices import FILE</code>), or
            let the role ask AWS’s price APIs, and it is counted.
          </p>
          <Usage label="Usage without a known rate, table" rows={unknown} shown={shown} />
        </>
      )}
      {dearer.length > 0 && (
        <>
          <p className={classes.words}>
            For {counted(dearer.length, "kind of usage", "kinds of usage")} this offer costs no less than on
            demand, at the rates that you pay. AWS’s order leaves it for last.
          </p>
          <Usage label="Usage without a discount, table" rows={dearer} shown={shown} />
        </>
      )}
    </>
  );
}

function Usage({ label, rows, shown }: { label: string; rows: readonly Unpriced[] } & Props) {
  return (
    <ListTable
      label={label}
      columns={[
        { name: "Usage type" },
        { name: "Region" },
        { name: "On demand", kind: "number" },
        { name: "Rows", kind: "end" },
      ]}
    >
      {rows.map((one) => (
        <tr key={`${one.service} ${one.usage_type} ${one.operation} ${one.region}`}>
          <th scope="row">
            {one.usage_type}
            <span className={listClasses.sub}>{[one.service, one.operation].filter(Boolean).join(", ")}</span>
          </th>
          <td>{one.region || "–"}</td>
          <td className={listClasses.number}>
            <Money text={one.on_demand} currency={shown.currency} missing="Its price is not known either" />
          </td>
          <td className={listClasses.end}>
            <Link
              to="/"
              search={rowsOf(
                daysOf(shown.look_back),
                [
                  { dimension: "usage_type", exclude: false, values: [one.usage_type] },
                  { dimension: "operation", exclude: false, values: [one.operation] },
                ],
                "account",
              )}
              aria-label={`Show rows of ${one.usage_type}`}
            >
              Show rows
            </Link>
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
