import { Link } from "@tanstack/react-router";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { formatCount } from "../lib/quantity";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import type { Sort } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { ownerOf } from "./commitment-rows";
import type { OwnedStand } from "./owned-stand";
import { commitmentRows, rowsOf } from "./rows-link";
import classes from "./table.module.css";
import type { Commitment } from "./types";
import { codeLabel, dayOf, kindLabel, perHour, rateText, serviceLabel, shortId } from "./words";

const columns: SortColumn[] = [
  { id: "commitment", name: "Commitment" },
  { id: "place", name: "For" },
  { id: "owner", name: "Owner" },
  { id: "term", name: "Term" },
  { id: "ends", name: "Ends" },
  { id: "hourly", name: "By the hour", kind: "number" },
  { id: "cost", name: "Cost", kind: "number" },
  { id: "unused", name: "Unused", kind: "number" },
  { id: "utilization", name: "Utilisation", kind: "number" },
  { id: "savings", name: "Net savings", kind: "number" },
  { id: "rows", name: "Rows", kind: "end", fixed: undefined },
];

interface Props {
  rows: readonly Commitment[];
  stand: OwnedStand;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Undefined where the report has no hours. */
  onOpen: ((commitment: Commitment) => void) | undefined;
}

export function CommitmentsTable({ rows, stand, sort, onSort, onOpen }: Props) {
  return (
    <div className={classes.dense}>
      <SortTable label="Commitments, table" columns={columns} sort={sort} onSort={onSort}>
        {rows.map((one) => (
          <Row key={one.commitment_id} one={one} stand={stand} onOpen={onOpen} />
        ))}
      </SortTable>
    </div>
  );
}

function Row({ one, stand, onOpen }: Pick<Props, "stand" | "onOpen"> & { one: Commitment }) {
  const { owned, span } = stand;
  const { currency } = owned;
  const owner = ownerOf(one);
  const money = (text: string | null) => (
    <td className={listClasses.number}>
      <Money text={text} currency={currency} missing="Rows do not tell" />
    </td>
  );
  return (
    <tr data-out={one.state !== "active"}>
      <th scope="row" className={classes.wide} title={one.commitment_id}>
        {onOpen ? (
          <button type="button" className={classes.open} onClick={() => onOpen(one)}>
            {kindLabel(one.kind)}
            <span className="hidden"> {shortId(one.commitment_id)}, show its hours</span>
          </button>
        ) : (
          kindLabel(one.kind)
        )}
        <span className={listClasses.sub}>
          {[one.service && serviceLabel(one.service), shortId(one.commitment_id)].filter(Boolean).join(" · ")}
        </span>
      </th>
      <td>
        {one.instance_type ?? one.family ?? "Any"}
        <span className={listClasses.sub}>
          {[one.region ?? "any region", one.scope].filter(Boolean).join(", ")}
        </span>
      </td>
      <td className={classes.account}>
        {owner ?? "–"}
        {owner !== one.owner_account_id && <span className={listClasses.sub}>{one.owner_account_id}</span>}
      </td>
      <td className={listClasses.nowrap}>
        {codeLabel(one.term)}
        <span className={listClasses.sub}>{codeLabel(one.payment)}</span>
      </td>
      <td className={listClasses.nowrap}>
        {dayOf(one.ends)}
        {one.state !== "active" && <span className={listClasses.sub}>{one.state}</span>}
      </td>
      <td className={listClasses.number} title={one.hourly_commitment ?? undefined}>
        {one.hourly_commitment === null ? "–" : perHour(one.hourly_commitment, currency)}
        {one.count !== null && <span className={listClasses.sub}>{formatCount(one.count)} ×</span>}
      </td>
      {money(one.cost)}
      {money(one.unused)}
      <td className={listClasses.number}>
        <Share ratio={one.utilization} />
      </td>
      <td
        className={listClasses.number}
        title={
          one.gross_savings === null
            ? undefined
            : `${formatExact(one.gross_savings, currency)} before what was unused`
        }
        data-loses={approximate(one.net_savings ?? "0") < 0}
      >
        <Money text={one.net_savings} currency={currency} missing="Rows do not tell" />
      </td>
      <td className={listClasses.end}>
        <Link
          to="/"
          search={rowsOf(span, [commitmentRows(one.commitment_id)], "charge-type", { view: "month" })}
          aria-label={`Show rows of ${shortId(one.commitment_id)}`}
        >
          Show rows
        </Link>
      </td>
    </tr>
  );
}

/** A share as a bar with its figure. */
export function Share({ ratio }: { ratio: string | null }) {
  if (ratio === null) return "–";
  const part = Math.min(1, Math.max(0, approximate(ratio)));
  return (
    <span className={classes.share}>
      <span className={classes.track} data-low={part < 0.8} aria-hidden>
        <span style={{ width: `${100 * part}%` }} />
      </span>
      {rateText(ratio)}
    </span>
  );
}
