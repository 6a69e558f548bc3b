import type { ReactNode } from "react";
import classes from "./list-table.module.css";

interface Column {
  name: string;
  kind?: "number" | "end";
}

/** A plain list with column heads that scrolls sideways where it must, or stands row by row on a narrow page (`stacks`). */
export function ListTable({
  label,
  columns,
  stacks,
  children,
}: {
  label: string;
  columns: readonly Column[];
  stacks?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={`${classes.scroll} ${stacks ? classes.stacks : ""}`} aria-label={label} tabIndex={0}>
      <table className={`${classes.table} tabular`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.kind && classes[column.kind]}>
                {column.kind === "end" ? <span className="hidden">{column.name}</span> : column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
