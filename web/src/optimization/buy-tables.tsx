import { Link } from "@tanstack/react-router";
import { spanLabel } from "../lib/dates";
import { approximate, compareDecimals } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { counted, formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import classes from "./buy.module.css";
import { daysOf } from "./owned-data";
import { onDemandRows, rowsOf } from "./rows-link";
import type { Purchase } from "./types";
import { codeLabel, dayOf, estimate, kindLabel, perHour, rateText, sourceLabel } from "./words";

interface Props {
  shown: Purchase;
}

/** A row a plan or reservation that is to be bought. */
export function BoughtTable({ shown }: Props) {
  const { currency } = shown;
  if (shown.commitments.length === 0) {
    return (
      <p className={classes.words}>
        Nothing: any amount would have cost more than it saves
        {shown.unknown.length > 0 && ", or has no known price"}.
      </p>
    );
  }
  const counts = shown.commitments.some((one) => one.count !== null);
  return (
    <ListTable
      label="To buy, table"
      columns={[
        { name: "What" },
        { name: "Where" },
        ...(counts ? [{ name: "Count", kind: "number" as const }] : []),
        { name: "By the hour", kind: "number" },
        { name: "Upfront", kind: "number" },
        { name: "Paid a month", kind: "number" },
        { name: "Used in the look-back", kind: "number" },
        { name: "Unused", kind: "number" },
        { name: "Utilisation", kind: "number" },
      ]}
    >
      {shown.commitments.map((one) => (
        <tr key={`${one.kind} ${one.name} ${one.platform} ${one.deployment} ${one.tenancy}`}>
          <th scope="row">
            {one.name}
            <span className={listClasses.sub}>
              {[kindLabel(one.kind), one.service, one.platform, one.deployment].filter(Boolean).join(", ")};{" "}
              {codeLabel(shown.term)}
            </span>
          </th>
          <td>
            {one.region ?? "Any region"}
            <span className={listClasses.sub}>{one.instance_type ?? one.family ?? "any family"}</span>
          </td>
          {counts && (
            <td className={listClasses.number}>{one.count === null ? "–" : formatCount(one.count)}</td>
          )}
          <td className={listClasses.number} title={formatExact(one.hourly, currency)}>
            {perHour(one.hourly, currency)}
          </td>
          {[one.upfront, one.monthly, one.used, one.unused].map((amount, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: four columns that stay where they are
            <td key={at} className={listClasses.number}>
              <Money text={amount} currency={currency} />
            </td>
          ))}
          <td className={listClasses.number}>
            {rateText(one.utilization)}
            <span className={listClasses.sub}>full in {formatCount(one.full_hours)} h</span>
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

/** What becomes of it with less usage than the look-back had. */
export function Risk({ shown }: Props) {
  const { currency } = shown;
  const back = daysOf(shown.look_back);
  const steps = Object.entries(shown.risk).sort(([a], [b]) => Number(b) - Number(a));
  return (
    <>
      <p className={classes.words}>
        The same purchase, with less usage in every hour of {spanLabel(back.from, back.to)}. The usage is
        scaled before anything that is owned is applied, and all hours are replayed. A saving below nothing
        means that on demand would have been cheaper.
      </p>
      <ListTable
        label="If usage falls, table"
        columns={[
          { name: "Usage" },
          { name: "Cost with it", kind: "number" },
          { name: "Saved by it", kind: "number" },
          { name: "Of what it saves now", kind: "number" },
        ]}
      >
        <RiskRow name="As in the look-back" cost={shown.cost} savings={shown.savings} shown={shown} />
        {steps.map(([percent, { cost, savings }]) => (
          <RiskRow
            key={percent}
            name={`−${100 - Number(percent)} %`}
            cost={cost}
            savings={savings}
            shown={shown}
          />
        ))}
      </ListTable>
      <p className={classes.words}>
        {currency}, in the {formatCount(shown.hours)} hours of the look-back.{" "}
        <Link to="/" search={rowsOf(back, [onDemandRows], "service")}>
          Show its on-demand rows
        </Link>
      </p>
    </>
  );
}

function RiskRow({ name, cost, savings, shown }: { name: string; cost: string; savings: string } & Props) {
  const whole = approximate(shown.savings);
  const loses = compareDecimals(savings, "0") < 0;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={listClasses.number}>
        <Money text={cost} currency={shown.currency} />
      </td>
      <td className={listClasses.number} data-loses={loses}>
        <Money text={savings} currency={shown.currency} />
      </td>
      <td className={listClasses.number}>
        {whole > 0 ? `${((100 * approximate(savings)) / whole).toFixed(0)} %`.replace("-", "−") : "–"}
      </td>
    </tr>
  );
}

/** What the figures take for granted. */
export function Assumptions({ shown }: Props) {
  const owned = shown.owned.length;
  return (
    <ul className={classes.assumed} aria-label="Assumptions">
      {shown.notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
      <li>
        {owned === 0
          ? "Nothing that is owned competes with it."
          : `${counted(owned, "commitment")} that are owned at ${dayOf(shown.as_of)} are replayed before it.`}
      </li>
      <li>
        {estimate(shown.committed, shown.currency)} of the cost are what the purchase itself costs in the
        look-back.
      </li>
    </ul>
  );
}

/** Where the rates are from, and how old they are. */
export function Prices({ shown }: Props) {
  if (shown.prices.length === 0) {
    return <p className={classes.words}>No price was found for this offer: nothing can be said of it.</p>;
  }
  return (
    <>
      <p className={classes.words}>
        For each kind of usage the first of these that knows its price: your own bill, an imported file, AWS’s
        APIs, AWS’s public files, the shipped table. No discount is assumed.
      </p>
      <ListTable
        label="Prices, table"
        columns={[
          { name: "Source" },
          { name: "Price of" },
          { name: "As of" },
          { name: "Prices used", kind: "number" },
        ]}
      >
        {shown.prices.map((one) => (
          <tr key={`${one.of} ${one.source} ${one.name} ${one.date}`}>
            <th scope="row">
              {sourceLabel(one.source)}
              {one.name && <span className={listClasses.sub}>{one.name}</span>}
            </th>
            <td>{one.of === "offer" ? "what is bought" : "on demand"}</td>
            <td>{one.date === null ? "not said" : dayOf(one.date)}</td>
            <td className={listClasses.number}>{formatCount(one.skus)}</td>
          </tr>
        ))}
      </ListTable>
    </>
  );
}
