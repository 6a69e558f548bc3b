import { Button, Pagination } from "@mantine/core";
import { IconArchive, IconArrowBackUp } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { hasRole, useSession } from "../api/session";
import { counted, formatCount } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import type { Sort } from "../ui/sort";
import { pageSize } from "./address";
import { useArchive } from "./changes";
import { EventsTable } from "./events-table";
import classes from "./trends.module.css";
import type { TrendEvents } from "./types";

interface Props {
  label: string;
  found: TrendEvents;
  stale: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  page: number;
  onPage: (page: number) => void;
  /** What stands at the left above the table. */
  head: ReactNode;
}

/** The table with what can be done to several events, and its pages. */
export function EventsPanel({ label, found, stale, sort, onSort, page, onPage, head }: Props) {
  const may = hasRole(useSession(), "editor");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const archive = useArchive();
  // What is on another page, or was put away, is not selected any more.
  const selected = found.events.filter((one) => ticked.has(one.id));
  const pages = Math.max(1, Math.ceil(found.total / pageSize));
  const tick = (ids: readonly string[], on: boolean) => {
    const next = new Set(ticked);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    setTicked(next);
  };
  const put = (archived: boolean) => {
    const ids = selected.filter((one) => one.archived !== archived).map((one) => one.id);
    archive.mutate({ ids, archived }, { onSuccess: () => setTicked(new Set()) });
  };
  return (
    <>
      <div className={classes.tools}>
        <div className={classes.grow}>{head}</div>
        {may && (
          <div className={classes.several}>
            <span role="status">{selected.length > 0 ? `${formatCount(selected.length)} selected` : ""}</span>
            {found.events.some((one) => one.archived) && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconArrowBackUp size={15} aria-hidden />}
                disabled={!selected.some((one) => one.archived)}
                loading={archive.isPending && archive.variables.archived === false}
                onClick={() => put(false)}
              >
                Reactivate
              </Button>
            )}
            <Button
              size="xs"
              variant="default"
              leftSection={<IconArchive size={15} aria-hidden />}
              disabled={!selected.some((one) => !one.archived)}
              loading={archive.isPending && archive.variables.archived === true}
              onClick={() => put(true)}
            >
              Archive
            </Button>
          </div>
        )}
      </div>
      <FormProblem error={archive.error} />
      <EventsTable
        label={label}
        events={found.events}
        sort={sort}
        onSort={onSort}
        ticked={may ? new Set(selected.map((one) => one.id)) : undefined}
        onTick={tick}
        stale={stale}
      />
      <div className={classes.foot}>
        <span>
          {counted(found.total, "event")}
          {found.currency ? `, ${found.currency}, amortized cost of usage` : ""}
        </span>
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={Math.min(page, pages)}
            onChange={onPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        )}
      </div>
    </>
  );
}
