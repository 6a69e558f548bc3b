import { Pagination } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { type ColumnDef, getCoreRowModel, getPaginationRowModel, useReactTable } from "@tanstack/react-table";
import { type MouseEvent, memo, useMemo, useRef, useState } from "react";
import type { Costs } from "../api/types";
import { spanLabel } from "../lib/dates";
import { formatExact } from "../lib/money";
import { Change } from "./change";
import { FigureCell } from "./figure-cell";
import classes from "./pivot-table.module.css";
import { RowMenu } from "./row-menu";
import { arrange, defaultSort, type PivotRow, pivotColumns, pivotRows, type Sort } from "./rows";
import { headRow, nameColumn, useGridKeys } from "./use-grid-keys";
import { useWholeHeads } from "./use-whole-heads";

interface Props {
  costs: Costs;
  dimensions: readonly string[];
  name: string;
  /** Day from which on the data are not complete. */
  completeTo: string | undefined;
  search: string;
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
  onExplain: (target: string, at: string | undefined) => void;
  onDrill: (keys: readonly string[]) => void;
  onOnly: (keys: readonly string[]) => void;
  onLeaveOut: (dimension: string, key: string) => void;
  /** The rest, by what kind of charge it is. */
  onRest: () => void;
}

const pageSize = 25;
const columns: ColumnDef<PivotRow>[] = [{ accessorKey: "label" }];

/** One row a value, one column a period, totals both ways; every figure opens its line items. */
export const PivotTable = memo(function PivotTable(props: Props) {
  const { costs, dimensions, search, completeTo, onExplain } = props;
  const sort = props.sort ?? defaultSort;
  const periods = useMemo(() => pivotColumns(costs, completeTo), [costs, completeTo]);
  const rows = useMemo(
    () => arrange(pivotRows(costs, dimensions), costs.periods, sort, search),
    [costs, dimensions, sort, search],
  );
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const table = useReactTable({
    data: rows,
    columns,
    getRowId: (row) => row.id,
    getCoreRowModel: getCoreRowModel(),
    getPaginationRowModel: getPaginationRowModel(),
    state: { pagination: { pageIndex: Math.min(page, pages - 1), pageSize } },
  });
  const shown = table.getRowModel().rows;
  const onKeys = useGridKeys();
  const room = useRef<HTMLElement>(null);
  useWholeHeads(room, shown);
  // Of several dimensions the rest has no filter that keeps it alone: its values explain themselves.
  const leadsTo = (row: PivotRow) => (row.other && dimensions.length > 1 ? "show all values" : "explain");
  const click = (event: MouseEvent<HTMLElement>) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-explain]");
    if (cell) onExplain(cell.dataset.explain ?? "total", cell.dataset.at || undefined);
  };
  const against = costs.previous
    ? `${spanLabel(costs.previous.compared_from, costs.previous.compared_to)} against ${spanLabel(costs.previous.from, costs.previous.to)}`
    : "nothing is compared";
  const head = (
    at: number | undefined,
    column: string,
    label: string,
    title: string,
    className?: string,
    part?: string,
  ) => (
    <SortableHead
      key={column}
      at={at}
      column={column}
      label={label}
      title={title}
      sort={sort}
      onSort={props.onSort}
      className={className}
      part={part}
    />
  );
  return (
    <>
      <section ref={room} className={classes.scroll} aria-label="Costs, table">
        <table className={`${classes.table} tabular`} onClick={click} onKeyDown={onKeys}>
          <caption className={classes.caption}>
            {props.name} by period in {costs.currency}, UTC. Arrow keys move between figures, names and heads;
            Enter explains a figure, opens the menu of a name, sorts by a head.
          </caption>
          <thead>
            <tr>
              {head(nameColumn, "name", props.name, `Sort by ${props.name.toLowerCase()}`, classes.name)}
              {periods.map((period, c) =>
                head(c, period.start, period.label, period.title, undefined, period.part),
              )}
              {head(undefined, "difference", "Change", `Change in money: ${against}`, classes.change)}
              {head(undefined, "change", "Change %", `Change in percent: ${against}`, classes.change)}
              {head(periods.length, "total", "Total", "Total of the selection", classes.total)}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ original: row, id }, r) => (
              <tr key={id}>
                <th scope="row" className={classes.name}>
                  <RowMenu
                    row={row}
                    at={r}
                    dimensions={dimensions}
                    onDrill={props.onDrill}
                    onOnly={props.onOnly}
                    onLeaveOut={props.onLeaveOut}
                    onExplain={(target) => onExplain(target, undefined)}
                    onRest={props.onRest}
                  />
                </th>
                {periods.map((period, c) => (
                  <td key={period.start}>
                    <FigureCell
                      figure={row.figures[c] ?? "0"}
                      currency={costs.currency}
                      row={r}
                      column={c}
                      target={row.id}
                      at={period.start}
                      leadsTo={leadsTo(row)}
                    />
                  </td>
                ))}
                <td className={classes.change}>
                  <Change
                    change={row.change}
                    currency={costs.currency}
                    title={exactly(row, costs.currency)}
                  />
                </td>
                <td className={classes.change}>
                  <Change change={row.change} />
                </td>
                <td className={classes.total}>
                  <FigureCell
                    figure={row.total}
                    currency={costs.currency}
                    row={r}
                    column={periods.length}
                    target={row.id}
                    at={undefined}
                    leadsTo={leadsTo(row)}
                    strong
                  />
                </td>
              </tr>
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={periods.length + 4} className={classes.nothing}>
                  {search ? "Nothing matches this search." : "No cost in this selection."}
                </td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" className={classes.name}>
                Total
              </th>
              {periods.map((period, c) => (
                <td key={period.start}>
                  <FigureCell
                    figure={costs.totals[c] ?? "0"}
                    currency={costs.currency}
                    row={shown.length}
                    column={c}
                    target="total"
                    at={period.start}
                    strong
                  />
                </td>
              ))}
              <td className={classes.change}>
                <Change change={costs.previous?.change} currency={costs.currency} />
              </td>
              <td className={classes.change}>
                <Change change={costs.previous?.change} />
              </td>
              <td className={classes.total}>
                <FigureCell
                  figure={costs.total}
                  currency={costs.currency}
                  row={shown.length}
                  column={periods.length}
                  target="total"
                  at={undefined}
                  strong
                />
              </td>
            </tr>
          </tfoot>
        </table>
      </section>
      {pages > 1 && (
        <Pagination
          className={classes.pages}
          total={pages}
          value={Math.min(page, pages - 1) + 1}
          onChange={(next) => setPage(next - 1)}
          size="sm"
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
    </>
  );
});

/** The exact difference, where cents are not all of it. */
function exactly(row: PivotRow, currency: string): string | undefined {
  const amount = row.change?.amount;
  return amount ? formatExact(amount, currency) : undefined;
}

interface HeadProps {
  /** The column of figures under it. */
  at: number | undefined;
  column: string;
  label: string;
  title: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
  className: string | undefined;
  /** Why the column does not hold all of its days. */
  part: string | undefined;
}

function SortableHead({ at, column, label, title, sort, onSort, className, part }: HeadProps) {
  const active = sort.column === column;
  const next = active ? !sort.descending : column !== "name";
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        className={classes.sort}
        data-r={headRow}
        data-c={at}
        tabIndex={-1}
        title={title}
        onClick={() => onSort({ column, descending: next })}
      >
        {label}
        {part !== undefined && <span className={classes.part}>part</span>}
        {active &&
          (sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
      </button>
    </th>
  );
}
