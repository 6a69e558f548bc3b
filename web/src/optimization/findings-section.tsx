import { Button, Pagination, SegmentedControl, TextInput } from "@mantine/core";
import { IconDownload, IconSearch, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { hasRole, useSession } from "../api/session";
import { counted } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { type Sort, sorted } from "../ui/sort";
import { csvText, saveCsv } from "./csv";
import { DismissDialog } from "./dismiss-dialog";
import { csvHeads, csvRow, matches, orders } from "./finding-rows";
import { FindingsTable } from "./findings-table";
import { daysText } from "./owned-data";
import { optimizationChanges } from "./queries";
import { Section } from "./section";
import classes from "./section.module.css";
import type { TabProps } from "./tab";
import type { Finding, Waste } from "./types";

interface Props extends Pick<TabProps, "state" | "set"> {
  waste: Waste;
  stale: boolean;
}

const dearest: Sort = { column: "monthly", descending: true };
const pageSize = 50;

/** Findings one by one: search, order, put away with a reason, keep as a file. */
export function FindingsSection({ waste, state, set, stale }: Props) {
  const client = useQueryClient();
  const may = hasRole(useSession(), "editor");
  const [page, setPage] = useState(1);
  const [going, setGoing] = useState<Finding>();
  const sort = state.sort ?? dearest;
  const titles = useMemo(() => new Map(waste.rules.map((one) => [one.rule, one.title])), [waste]);
  const titleOf = (rule: number) => titles.get(rule) ?? `Rule ${rule}`;
  const found = useMemo(() => {
    const kept = waste.findings.filter(
      (one) =>
        (state.all || one.dismissed === null) &&
        (state.rule === undefined || one.rule === state.rule) &&
        matches(one, titles.get(one.rule) ?? "", state.search),
    );
    return sorted(kept, sort, orders);
  }, [waste, titles, state.all, state.rule, state.search, sort]);
  const renew = async () => {
    setGoing(undefined);
    await client.invalidateQueries({ queryKey: ["optimization-waste"] });
  };
  const dismiss = useMutation({ mutationFn: optimizationChanges.dismiss, onSuccess: renew });
  const restore = useMutation({ mutationFn: optimizationChanges.restore, onSuccess: renew });
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const at = Math.min(page, pages);
  const { currency } = waste;
  return (
    <Section
      title="Findings"
      note={`${daysText(waste)}, ${currency} a month of 730 hours`}
      stale={stale}
      action={
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() =>
            saveCsv(
              "waste.csv",
              csvText(
                csvHeads,
                found.map((one) => csvRow(one, titleOf(one.rule), currency)),
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
          placeholder="Search resource, account, region, rule"
          aria-label="Search findings"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={state.search}
          onChange={(event) => {
            setPage(1);
            set({ search: event.currentTarget.value }, true);
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label="Which findings"
          data={[
            { value: "standing", label: "Standing" },
            { value: "all", label: "Also dismissed" },
          ]}
          value={state.all ? "all" : "standing"}
          onChange={(next) => set({ all: next === "all" })}
        />
        {state.rule !== undefined && (
          <Button
            size="xs"
            variant="default"
            rightSection={<IconX size={13} aria-hidden />}
            onClick={() => set({ rule: undefined })}
          >
            Only: {titleOf(state.rule)}
          </Button>
        )}
      </div>
      <FormProblem error={restore.error} />
      <FindingsTable
        rows={found.slice((at - 1) * pageSize, at * pageSize)}
        titleOf={titleOf}
        currency={currency}
        sort={sort}
        onSort={(next) => set({ sort: next }, true)}
        onDismiss={
          may
            ? (finding) => {
                dismiss.reset();
                setGoing(finding);
              }
            : undefined
        }
        onRestore={may ? (finding) => finding.dismissed && restore.mutate(finding.dismissed.id) : undefined}
      />
      {found.length === 0 && <p className={classes.none}>No finding matches.</p>}
      <div className={classes.foot}>
        <span role="status">{counted(found.length, "finding")}</span>
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
      <DismissDialog
        finding={going}
        title={going ? titleOf(going.rule) : ""}
        through={waste.data_through}
        pending={dismiss.isPending}
        error={dismiss.error}
        onDismiss={(body) => dismiss.mutate(body)}
        onClose={() => setGoing(undefined)}
      />
    </Section>
  );
}
