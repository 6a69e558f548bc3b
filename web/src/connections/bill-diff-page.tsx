import { SegmentedControl, Text } from "@mantine/core";
import { IconFileDiff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { TabId } from "../address/tabs";
import type { BillChange, Connection } from "../api/types";
import { percentText, signedMoney } from "../lib/change";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { Empty } from "../ui/empty";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { apart, diffAt } from "./bill-diff";
import classes from "./bill-diff.module.css";
import { type Changed, ChangedTable } from "./changed-table";
import healthClasses from "./health.module.css";
import { connectionQueries } from "./queries";

/** What one restatement of a month changed: the totals, and where they changed, down to the rows. */
export function BillDiffPage() {
  const { id } = useParams({ from: "/shell/connections/$id/changes" });
  const address = useSearch({ from: "/shell/connections/$id/changes" });
  const connection = useQuery(connectionQueries.one(id));
  const found = useQuery(connectionQueries.changes(id));
  if (connection.error || !connection.data) return <PageLoading query={connection} heights={[120, 420]} />;
  if (found.error || !found.data) return <PageLoading query={found} heights={[120, 420]} />;
  const change = diffAt(found.data.changes, address);
  const back = (
    <Link to="/connections/$id" params={{ id }}>
      Back to {connection.data.name}
    </Link>
  );
  if (!change) {
    return (
      <>
        <PageHead title="What a restated month changed" lead={back} />
        <div className="card">
          <Empty
            icon={IconFileDiff}
            title="No such change"
            text="The month may have been removed since, or no published month of this connection has changed."
          />
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead
        title={`What changed in ${monthLabel(change.period)}`}
        lead={
          <>
            Restated {timeLabel(change.changed_at)} UTC. Unblended cost in{" "}
            {change.currency || "the bill’s currency"}.{" "}
            {change.source && `The month comes from another source: ${change.source}. `}
            {back}
          </>
        }
      />
      <Totals change={change} />
      <Details
        change={change}
        connection={connection.data}
        severalCurrencies={found.data.changes.some((one) => one.currency !== change.currency)}
      />
    </>
  );
}

function Totals({ change }: { change: BillChange }) {
  const { currency, sums } = change;
  const parts = sums && apart(sums.charge_types);
  return (
    <dl className={healthClasses.facts}>
      <Figure name="Before" text={change.total_before} currency={currency} note={rows(change.rows_before)} />
      <Figure name="After" text={change.total_after} currency={currency} note={rows(change.rows_after)} />
      <Figure name="Change" text={change.change} currency={currency} note={percentText(change)} signed />
      {parts && (
        <>
          <Figure name="Of usage, fees and tax" text={parts.rest} currency={currency} signed />
          <Figure name="Of refunds and credits" text={parts.back} currency={currency} signed />
        </>
      )}
    </dl>
  );
}

function rows(count: number | null | undefined) {
  return count == null ? "rows not known" : counted(count, "row");
}

interface FigureProps {
  name: string;
  text: string;
  currency: string;
  note?: string;
  signed?: boolean;
}

function Figure({ name, text, currency, note, signed }: FigureProps) {
  return (
    <div className="card">
      <dt>{name}</dt>
      <dd className="tabular" title={formatExact(text, currency)}>
        {(signed ? signedMoney : formatMoney)(text, currency)}
        {note && <small className={classes.note}>{note}</small>}
      </dd>
    </div>
  );
}

const kinds = [
  { value: "charge_types", label: "Charge type", tab: "charge-type", dimension: "charge_type" },
  { value: "services", label: "Service", tab: "service", dimension: "service" },
  { value: "accounts", label: "Account", tab: "account", dimension: "account_id" },
] as const;

/** By one dimension, or every line. */
function Details({
  change,
  connection,
  severalCurrencies,
}: {
  change: BillChange;
  connection: Connection;
  severalCurrencies: boolean;
}) {
  const [chosen, setChosen] = useState<string>(change.sums ? "charge_types" : "lines");
  const { sums } = change;
  const kind = kinds.find((one) => one.value === chosen);
  const known: { value: string; label: string }[] = sums
    ? kinds.map(({ value, label }) => ({ value, label }))
    : [];
  const found: Changed[] =
    sums && kind
      ? sums[kind.value].map((one) => ({
          ...one,
          label: one.key || `No ${kind.label.toLowerCase()}`,
          filters: [{ dimension: kind.dimension, value: one.key }],
        }))
      : change.lines.map((one) => ({
          ...one,
          key: `${one.service}\n${one.account_id}\n${one.charge_type}`,
          label: one.service || "No service",
          detail: [one.account_id, one.charge_type].filter(Boolean).join(" · "),
          filters: [
            { dimension: "service", value: one.service },
            { dimension: "account_id", value: one.account_id },
            ...(one.charge_type == null ? [] : [{ dimension: "charge_type", value: one.charge_type }]),
          ],
        }));
  const hidden = kind ? 0 : change.lines_total - change.lines.length;
  const tab: TabId = kind?.tab ?? "service";
  return (
    <section className={`card ${healthClasses.part}`} aria-labelledby="where">
      <div className={classes.head}>
        <h2 id="where">Where it changed</h2>
        <SegmentedControl
          size="xs"
          aria-label="Changes by"
          value={chosen}
          data={[...known, { value: "lines", label: "Every line" }]}
          onChange={setChosen}
        />
      </div>
      <ChangedTable
        label={`What changed in ${monthLabel(change.period)}, by ${kind?.label.toLowerCase() ?? "line"}`}
        name={kind?.label ?? "Service"}
        change={change}
        connection={connection.id}
        tab={tab}
        severalCurrencies={severalCurrencies}
        found={found}
      />
      {hidden > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          {counted(hidden, "smaller change is", "smaller changes are")} not listed; the totals hold them.
        </Text>
      )}
    </section>
  );
}
