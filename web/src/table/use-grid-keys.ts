import { type KeyboardEvent, useCallback } from "react";

const steps: Record<string, [row: number, column: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The row of heads: those that have no figures under them are reached from their neighbours. */
export const headRow = -1;
/** The column of the rows' names, with their menus. */
export const nameColumn = -1;

/** One stop for the tab key; arrows, Home and End move between the figures of the table, its heads and its names. */
export function useGridKeys() {
  return useCallback((event: KeyboardEvent<HTMLElement>) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-r]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const [row, column] = [Number(cell.dataset.r), Number(cell.dataset.c)];
    const find = (r: number, c: number) =>
      event.currentTarget.querySelector<HTMLElement>(`[data-r="${r}"][data-c="${c}"]`);
    const inRow = [...event.currentTarget.querySelectorAll<HTMLElement>(`[data-r="${row}"]`)];
    const step = steps[event.key];
    const next =
      event.key === "Home"
        ? inRow[0]
        : event.key === "End"
          ? inRow.at(-1)
          : step && step[0] === 0
            ? inRow[inRow.indexOf(cell) + step[1]]
            : step && (find(row + step[0], column) ?? (row === headRow ? find(0, 0) : undefined));
    if (!next) return;
    event.preventDefault();
    for (const old of event.currentTarget.querySelectorAll<HTMLElement>('[data-r][tabindex="0"]'))
      old.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
}
