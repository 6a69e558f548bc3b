import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatCount } from "../lib/quantity";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import type { Sort } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { useOverview } from "../ui/use-overview";
import { spanOf } from "./owned-data";
import { accountRows, regionRows, rowsOf, typeRows } from "./rows-link";
import classes from "./table.module.css";
import type { Workload, Workloads } from "./types";
import { dayOf, hoursText, rangeText, rateText, workloadLabel } from "./words";
import { hasUnknown, nameOf } from "./workload-rows";

interface Props {
  rows: readonly Workload[];
  data: Pick<Workloads, "currency" | "from" | "to">;
  /** Whether what spot would save is known. */
  savings: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Undefined where nothing may be done with several. */
  ticked: ReadonlySet<string> | undefined;
  onTick: (ids: readonly string[], on: boolean) => void;
}

const columns = (tick: SortColumn[], savings: boolean): SortColumn[] => [
  ...tick,
  { id: "name", name: "Name" },
  { id: "account", name: "Account" },
  { id: "kind", name: "Type" },
  { id: "instances", name: "Instances", kind: "number" },
  { id: "types", name: "Instance types" },
  { id: "region", name: "Region" },
  { id: "hours", name: "Hours", kind: "number" },
  { id: "cost", name: "Cost", kind: "number" },
  { id: "on_demand", name: "On demand", kind: "number" },
  ...(savings
    ? ([
        { id: "savings", name: "Monthly savings", kind: "number" },
        { id: "rate", name: "Savings %", kind: "number" },
      ] as const)
    : ([{ id: "spot", name: "Spot", kind: "number" }] as const)),
  { id: "action", name: "Rows", kind: "end", fixed: undefined },
];

/** A row a cluster or group. */
export function WorkloadsTable({ rows, data, savings, sort, onSort, ticked, onTick }: Props) {
  const all = rows.length > 0 && rows.every((one) => ticked?.has(one.id));
  const some = rows.some((one) => ticked?.has(one.id));
  const tick: SortColumn[] = ticked
    ? [
        {
          id: "tick",
          name: "Select",
          fixed: (
            <Checkbox
              size="xs"
              aria-label="Select all workloads of this page"
              checked={all}
              indeterminate={!all && some}
              onChange={(event) =>
                onTick(
                  rows.map((one) => one.id),
                  event.currentTarget.checked,
                )
              }
            />
          ),
        },
      ]
    : [];
  return (
    <div className={classes.dense}>
      <SortTable label="Workloads, table" columns={columns(tick, savings)} sort={sort} onSort={onSort}>
        {rows.map((one) => (
          <tr key={one.id} data-ticked={ticked?.has(one.id)} data-out={one.excluded !== null}>
            {ticked && (
              <td>
                <Checkbox
                  size="xs"
                  aria-label={`Select ${nameOf(one)}`}
                  checked={ticked.has(one.id)}
                  onChange={(change) => onTick([one.id], change.currentTarget.checked)}
                />
              </td>
            )}
            <Cells one={one} data={data} savings={savings} />
          </tr>
        ))}
      </SortTable>
    </div>
  );
}

function Cells({ one, data, savings }: Pick<Props, "data" | "savings"> & { one: Workload }) {
  const { recent } = useOverview();
  const { currency } = data;
  const [first, second, ...more] = one.instance_types;
  const rows = rowsOf(
    spanOf(data, recent.to),
    [accountRows(one.account_id), ...(one.region ? [regionRows(one.region)] : []), ...typeRows(one)],
    "resource",
  );
  return (
    <>
      <th scope="row" className={classes.wide}>
        {nameOf(one)}
        {one.excluded && (
          <span className={listClasses.sub}>
            Excluded by {one.excluded.by}, {dayOf(one.excluded.at)}
            {one.excluded.reason && `: ${one.excluded.reason}`}
          </span>
        )}
      </th>
      <td className={classes.account}>
        {one.account ?? one.account_id}
        {one.account !== null && one.account !== one.account_id && (
          <span className={listClasses.sub}>{one.account_id}</span>
        )}
      </td>
      <td>{workloadLabel(one.kind)}</td>
      <td className={listClasses.number}>{formatCount(one.instances)}</td>
      <td title={one.instance_types.join(", ")}>
        {[first, second].filter(Boolean).join(", ") || "–"}
        {more.length > 0 && <span className={listClasses.sub}>and {more.length} more</span>}
      </td>
      <td className={listClasses.nowrap}>{one.region ?? "–"}</td>
      <td className={listClasses.number}>{hoursText(one.hours)}</td>
      <td className={listClasses.number}>
        <Money text={one.cost} currency={currency} />
      </td>
      <td className={listClasses.number}>
        <Money text={one.on_demand} currency={currency} />
      </td>
      {savings ? (
        <Savings one={one} currency={currency} />
      ) : (
        <td className={listClasses.number}>
          <Money text={one.spot} currency={currency} />
        </td>
      )}
      <td className={listClasses.end}>
        <Link to="/" search={rows} aria-label={`Show rows of ${nameOf(one)}`}>
          Show rows
        </Link>
      </td>
    </>
  );
}

function Savings({ one, currency }: { one: Workload; currency: string }) {
  const { savings_low: low = null, savings_high: high = null, savings_rate: rate = null } = one;
  return (
    <>
      <td className={listClasses.number}>
        {one.excluded ? "–" : rangeText(low, high, currency)}
        {!one.excluded && hasUnknown(one) && (
          <span className={classes.why}>
            {hoursText(one.unknown_hours ?? null)} without a known spot price
          </span>
        )}
      </td>
      <td className={listClasses.number}>{one.excluded ? "–" : rateText(rate)}</td>
    </>
  );
}
