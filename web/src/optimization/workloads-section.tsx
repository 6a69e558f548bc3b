import { Button, Pagination, TextInput } from "@mantine/core";
import { IconCircleMinus, IconCirclePlus, IconDownload, IconSearch } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { hasRole, useSession } from "../api/session";
import { counted } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { type Sort, sorted } from "../ui/sort";
import { csvText, saveCsv } from "./csv";
import { ExcludeDialog } from "./exclude-dialog";
import { daysText } from "./owned-data";
import { optimizationChanges } from "./queries";
import { Section } from "./section";
import classes from "./section.module.css";
import type { TabProps } from "./tab";
import type { Workloads } from "./types";
import { csvHeads, csvRow, knowsSavings, matches, orders } from "./workload-rows";
import { WorkloadsTable } from "./workloads-table";

interface Props extends Pick<TabProps, "state" | "set"> {
  data: Workloads;
  stale: boolean;
  group: string;
}

const pageSize = 25;

/** Workloads with what can be done with them: search, order, take out of spot and back, keep as a file. */
export function WorkloadsSection({ data, state, set, stale, group }: Props) {
  const client = useQueryClient();
  const may = hasRole(useSession(), "editor");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [excluding, setExcluding] = useState(false);
  const [page, setPage] = useState(1);
  const savings = knowsSavings(data.workloads);
  const sort: Sort = useMemo(
    () => state.sort ?? { column: savings ? "savings" : "on_demand", descending: true },
    [state.sort, savings],
  );
  const found = useMemo(() => {
    const kept = data.workloads.filter(
      (one) => (state.kind === undefined || one.kind === state.kind) && matches(one, state.search),
    );
    // What is excluded stays, behind all that counts.
    return sorted(kept, sort, orders).sort(
      (a, b) => Number(a.excluded !== null) - Number(b.excluded !== null),
    );
  }, [data, state.kind, state.search, sort]);
  const chosen = found.filter((one) => ticked.has(one.id));
  const counting = chosen.filter((one) => one.excluded === null);
  const excluded = chosen.filter((one) => one.excluded !== null);
  const renew = async () => {
    setTicked(new Set());
    setExcluding(false);
    await Promise.all(
      ["optimization-workloads", "optimization-overview"].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    );
  };
  const exclude = useMutation({
    mutationFn: (reason: string) =>
      optimizationChanges.exclude(
        counting.map((one) => one.id),
        reason,
      ),
    onSuccess: renew,
  });
  const include = useMutation({
    mutationFn: () => optimizationChanges.include(excluded.map((one) => one.id)),
    onSuccess: renew,
  });
  const tick = (ids: readonly string[], on: boolean) =>
    setTicked((before) => {
      const next = new Set(before);
      for (const id of ids) on ? next.add(id) : next.delete(id);
      return next;
    });
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const at = Math.min(page, pages);
  return (
    <Section
      title="Workloads"
      note={`${daysText(data)}, ${data.currency}`}
      stale={stale}
      action={
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() =>
            saveCsv(
              `${group}.csv`,
              csvText(
                csvHeads,
                found.map((one) => csvRow(one, data.currency)),
              ),
            )
          }
        >
          Export CSV
        </Button>
      }
    >
      <div className={classes.tools}>
        <TextInput
          className={classes.search ?? ""}
          size="xs"
          placeholder="Search name, account, type, region"
          aria-label="Search workloads"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={state.search}
          onChange={(event) => {
            setPage(1);
            set({ search: event.currentTarget.value }, true);
          }}
        />
        {may && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCircleMinus size={15} aria-hidden />}
              disabled={counting.length === 0}
              onClick={() => {
                exclude.reset();
                setExcluding(true);
              }}
            >
              Exclude from spot
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCirclePlus size={15} aria-hidden />}
              disabled={excluded.length === 0}
              loading={include.isPending}
              onClick={() => include.mutate()}
            >
              Include in spot
            </Button>
          </>
        )}
      </div>
      <FormProblem error={include.error} />
      <WorkloadsTable
        rows={found.slice((at - 1) * pageSize, at * pageSize)}
        data={data}
        savings={savings}
        sort={sort}
        onSort={(next) => set({ sort: next }, true)}
        ticked={may ? ticked : undefined}
        onTick={tick}
      />
      {found.length === 0 && <p className={classes.none}>No workload matches.</p>}
      <div className={classes.foot}>
        <span role="status">
          {counted(found.length, "workload")}
          {chosen.length > 0 && `, ${chosen.length} selected`}
          {found.some((one) => one.excluded) && ". Excluded ones are grey, and in no total."}
        </span>
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={at}
            onChange={setPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        )}
      </div>
      <ExcludeDialog
        workloads={counting}
        opened={excluding}
        pending={exclude.isPending}
        error={exclude.error}
        onExclude={(reason) => exclude.mutate(reason)}
        onClose={() => setExcluding(false)}
      />
    </Section>
  );
}
