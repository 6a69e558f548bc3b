import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import listClasses from "./list-table.module.css";
import type { Sort } from "./sort";
import classes from "./sort-table.module.css";

export interface SortColumn {
  id: string;
  name: string;
  /** What the figures under it mean, such as their period. */
  note?: string;
  kind?: "number" | "end";
  /** Nothing to sort by: actions, boxes to tick. Its content, if any, stands in for the name. */
  fixed?: ReactNode;
}

interface Props {
  label: string;
  columns: readonly SortColumn[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  children: ReactNode;
  /** The rows that sum up the others; they stay last whatever the order. */
  foot?: ReactNode;
}

/** A list whose columns sort it; it scrolls sideways where it must. */
export function SortTable({ label, columns, sort, onSort, children, foot }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={listClasses.scroll} aria-label={label} tabIndex={0}>
      <table className={`${listClasses.table} tabular`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
        {foot && <tfoot className={classes.foot}>{foot}</tfoot>}
      </table>
    </section>
  );
}

function Head({ column, sort, onSort }: { column: SortColumn } & Pick<Props, "sort" | "onSort">) {
  const active = sort.column === column.id;
  if ("fixed" in column) {
    return (
      <th scope="col" className={column.kind && listClasses[column.kind]}>
        {column.fixed ?? <span className="hidden">{column.name}</span>}
      </th>
    );
  }
  // Figures are asked for largest first, names from A.
  const descending = active ? !sort.descending : column.kind === "number";
  return (
    <th
      scope="col"
      className={column.kind && listClasses[column.kind]}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        className={classes.sort}
        onClick={() => onSort({ column: column.id, descending })}
      >
        {column.name}
        {active &&
          (sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
      </button>
      {column.note && <span className={classes.note}>{column.note}</span>}
    </th>
  );
}
