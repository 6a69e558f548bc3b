import { Button, Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { monthLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import buy from "./buy.module.css";
import { monthSpan } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { optimizationQueries } from "./queries";
import { committedRows, rowsOf } from "./rows-link";
import { Section } from "./section";
import classes from "./section.module.css";
import type { TabProps } from "./tab";
import table from "./table.module.css";
import type { Replay } from "./types";
import { kindLabel, shortId, smallRateText } from "./words";

const what =
  "A month that is over, replayed from its uncovered usage with what was owned in it, in AWS’s order, and compared with what AWS really billed as used, commitment by commitment. It is the test of all that is recommended above: the same replay, on days whose outcome is known.";

/** The replay against the bill: why its recommendations can be believed. */
export function ReplaySection({ stand, state, set, version }: TabProps & { stand: OwnedStand }) {
  const { owned } = stand;
  const months = owned.months.map((one) => one.month);
  const closed = owned.months.filter((one) => !one.open).at(-1)?.month;
  const month =
    state.month !== undefined && months.includes(state.month) ? state.month : (closed ?? months.at(-1));
  const found = useQuery({
    ...optimizationQueries.replay(version, {
      ...(state.currency && { currency: state.currency }),
      month: month ?? "",
    }),
    enabled: month !== undefined,
  });
  if (month === undefined) return null;
  const { data } = found;
  return (
    <Section
      title="The replay against the bill"
      stale={found.isPlaceholderData}
      known={{
        what,
        assumed: data?.notes,
        rows: rowsOf(monthSpan(month), [committedRows], "commitment"),
      }}
      action={
        <Select
          size="xs"
          aria-label="Month that is replayed"
          data={[...months].reverse().map((value) => ({ value, label: monthLabel(value) }))}
          value={month}
          allowDeselect={false}
          onChange={(next) => next && set({ month: next === closed ? undefined : next }, true)}
        />
      }
    >
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} title="It could not be replayed" />
      ) : !data ? (
        <div className={classes.body} aria-busy="true">
          <Skeleton height={70} />
        </div>
      ) : data.commitments.length === 0 ? (
        <p className={classes.none}>Nothing was owned in {monthLabel(month)} that could be replayed.</p>
      ) : (
        <Compared replay={data} stand={stand} />
      )}
    </Section>
  );
}

interface Props {
  replay: Replay;
  stand: OwnedStand;
}

function Compared({ replay, stand }: Props) {
  const [open, setOpen] = useState(false);
  const { commitments, currency, month, total } = replay;
  const leak = approximate(replay.sharing_leak) > 0;
  return (
    <>
      <div className={buy.joint}>
        <dl>
          <Sum name={`Used by the bill, ${monthLabel(month)}`} amount={total.real} currency={currency} />
          <Sum name="Used by the replay" amount={total.replayed} currency={currency} />
          <div>
            <dt>Apart</dt>
            <dd className="tabular">{smallRateText(total.difference_ratio)}</dd>
          </div>
          {leak && <Sum name="Sharing leak" amount={replay.sharing_leak} currency={currency} />}
        </dl>
      </div>
      {leak && (
        <p className={classes.text}>
          Sharing leak: on-demand cost of usage that commitments fit which stood unused in the same hour. Look
          at the sharing settings of the payer’s billing preferences.
        </p>
      )}
      {commitments.length > 0 && (
        <div className={classes.body}>
          <Button variant="default" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Hide the commitments" : `Show ${counted(commitments.length, "commitment")}`}
          </Button>
        </div>
      )}
      {open && <Each replay={replay} stand={stand} />}
    </>
  );
}

function Sum({ name, amount, currency }: { name: string; amount: string; currency: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="tabular" title={formatExact(amount, currency)}>
        {formatMoney(amount, currency)}
      </dd>
    </div>
  );
}

function Each({ replay: { commitments, currency }, stand }: Pick<Props, "replay" | "stand">) {
  // A replay tells reservations from plans; what is owned says which reservations.
  const kindOf = (id: string, kind: string) =>
    kindLabel(stand.owned.commitments.find((one) => one.commitment_id === id)?.kind ?? kind);
  return (
    <div className={table.dense}>
      <ListTable
        label="Replay by commitment, table"
        columns={[
          { name: "Commitment" },
          { name: "Used by the bill", kind: "number" },
          { name: "Used by the replay", kind: "number" },
          { name: "Apart", kind: "number" },
        ]}
      >
        {commitments.map((one) => (
          <tr key={one.commitment_id}>
            <th scope="row" className={table.wide} title={one.commitment_id}>
              {kindOf(one.commitment_id, one.kind)}
              <span className={listClasses.sub}>
                {shortId(one.commitment_id)}
                {one.left_out && `: ${one.left_out}`}
              </span>
            </th>
            <td className={listClasses.number}>
              <Money text={one.real} currency={currency} />
            </td>
            <td className={listClasses.number}>
              <Money text={one.replayed} currency={currency} missing={one.left_out ?? "Not replayed"} />
            </td>
            <td className={listClasses.number}>{smallRateText(one.deviation)}</td>
          </tr>
        ))}
      </ListTable>
    </div>
  );
}
