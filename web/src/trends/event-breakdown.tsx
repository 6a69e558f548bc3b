import { Pagination, SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { signedMoney } from "../lib/change";
import { spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { PercentChange } from "../table/change";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { trendQueries } from "./queries";
import classes from "./trends.module.css";
import type { TrendBreakdown, TrendEvent } from "./types";

/** What costs are broken down by; accounts and services where the event is about several. */
export const breakdowns = [
  { value: "usage_type_group", label: "Usage type group" },
  { value: "usage_type", label: "Usage type" },
  { value: "region", label: "Region" },
  { value: "operation", label: "Operation" },
  { value: "resource", label: "Resource" },
  { value: "account", label: "Account" },
  { value: "service", label: "Service" },
] as const;

export function breakdownsOf(event: Pick<TrendEvent, "object">) {
  return breakdowns.filter(({ value }) => !(value in event.object));
}

const rowsPerPage = 10;

interface Props {
  event: TrendEvent;
  by: string;
  page: number;
  onBy: (by: string) => void;
  onPage: (page: number) => void;
}

/** The event's cost in parts, each against what it cost before. */
export function EventBreakdown({ event, by, page, onBy, onPage }: Props) {
  const { version } = useOverview();
  const found = useQuery(
    trendQueries.breakdown(event.id, version, {
      by,
      limit: rowsPerPage,
      offset: (page - 1) * rowsPerPage,
    }),
  );
  const choices = breakdownsOf(event);
  return (
    <section className={`card ${classes.panel}`} aria-labelledby="breakdown">
      <div className={classes.head}>
        <h2 id="breakdown">Cost breakdown</h2>
        {found.data && (
          <span>
            {spanLabel(found.data.from, found.data.to)} against the same weekdays of{" "}
            {spanLabel(found.data.before_from, found.data.before_to)}, {found.data.currency}
          </span>
        )}
      </div>
      <div className={classes.by}>
        <SegmentedControl
          size="xs"
          aria-label="Break down by"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={by}
          onChange={onBy}
        />
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div aria-busy="true">
          <Skeleton height={260} radius={0} />
        </div>
      ) : (
        <Rows
          found={found.data}
          name={choices.find((one) => one.value === by)?.label ?? by}
          stale={found.isPlaceholderData}
          page={page}
          onPage={onPage}
        />
      )}
    </section>
  );
}

interface RowsProps {
  found: TrendBreakdown;
  name: string;
  stale: boolean;
  page: number;
  onPage: (page: number) => void;
}

/** A key that no value has. */
const noValue = "\u0000none";

function Rows({ found, name, stale, page, onPage }: RowsProps) {
  const { currency } = found;
  const pages = Math.max(1, Math.ceil(found.total / rowsPerPage));
  return (
    <div className={classes.events} data-stale={stale} aria-busy={stale}>
      <ListTable
        label="Cost breakdown, table"
        columns={[
          { name },
          { name: "Expected", kind: "number" },
          { name: "Actual", kind: "number" },
          { name: "Change", kind: "number" },
          { name: "Change %", kind: "number" },
        ]}
      >
        {found.rows.map((row) => (
          <tr key={row.value ?? noValue}>
            <th scope="row" className={classes.part}>
              {row.value === null ? `No ${name.toLowerCase()}` : row.name}
            </th>
            <td className={listClasses.number}>
              <Money text={row.expected} currency={currency} />
            </td>
            <td className={listClasses.number}>
              <Money text={row.actual} currency={currency} />
            </td>
            <td className={listClasses.number}>
              <Signed text={row.change} currency={currency} />
            </td>
            <td className={listClasses.number}>
              {row.change_percent === null ? "new" : <PercentChange percent={Number(row.change_percent)} />}
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">Total, of all {counted(found.total, "row")}</th>
          <td className={listClasses.number}>
            <strong>
              <Money text={found.expected} currency={currency} />
            </strong>
          </td>
          <td className={listClasses.number}>
            <strong>
              <Money text={found.actual} currency={currency} />
            </strong>
          </td>
          <td className={listClasses.number}>
            <strong>
              <Signed text={found.change} currency={currency} />
            </strong>
          </td>
          <td />
        </tr>
      </ListTable>
      {Number(found.beside) !== 0 && (
        <p className={classes.under}>
          {formatMoney(found.beside, currency)} of the event are in none of these rows: it is about some parts
          of its object alone.
        </p>
      )}
      {pages > 1 && (
        <div className={classes.foot}>
          <span>
            Rows {(page - 1) * rowsPerPage + 1} to {Math.min(found.total, page * rowsPerPage)} of{" "}
            {found.total}
          </span>
          <Pagination
            size="sm"
            total={pages}
            value={Math.min(page, pages)}
            onChange={onPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        </div>
      )}
    </div>
  );
}

function Signed({ text, currency }: { text: string; currency: string }) {
  return <span title={formatExact(text, currency)}>{signedMoney(text, currency)}</span>;
}
