import { Button, Pagination, SegmentedControl, TextInput } from "@mantine/core";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { spanLabel } from "../lib/dates";
import { counted } from "../lib/quantity";
import { Dialog } from "../ui/dialog";
import { type Sort, sorted } from "../ui/sort";
import { CommitmentHours } from "./commitment-hours";
import { csvHeads, csvRow, matches, orders } from "./commitment-rows";
import { CommitmentsTable } from "./commitments-table";
import { csvText, saveCsv } from "./csv";
import { type OwnedStand, openNotes } from "./owned-stand";
import { committedRows, rowsOf } from "./rows-link";
import { Section } from "./section";
import classes from "./section.module.css";
import type { TabProps } from "./tab";
import type { Commitment } from "./types";
import { kindLabel, shortId } from "./words";

const wasteful: Sort = { column: "unused", descending: true };
const pageSize = 25;

/** Every commitment of the bill, also those that are over; a click shows its hours. */
export function CommitmentsSection({ stand, state, set, version }: TabProps & { stand: OwnedStand }) {
  const { owned, active, span } = stand;
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<Commitment>();
  const sort = state.sort ?? wasteful;
  const found = useMemo(() => {
    const kept = (state.all ? owned.commitments : active).filter((one) => matches(one, state.search));
    return sorted(kept, sort, orders);
  }, [owned, active, state.all, state.search, sort]);
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const at = Math.min(page, pages);
  const { currency } = owned;
  return (
    <Section
      title="Every commitment"
      note={`${spanLabel(span.from, span.to)}, ${currency}`}
      known={{
        what: "Cost is used and unused together, by amortized cost. Utilisation: used dollars by the cost of savings plans, used hours by the owned hours of reservations. Net savings: what the covered usage would have cost on demand, less the cost.",
        assumed: openNotes(stand),
        rows: rowsOf(span, [committedRows], "commitment"),
      }}
      action={
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => saveCsv("commitments.csv", csvText(csvHeads, found.map(csvRow)))}
        >
          Export CSV
        </Button>
      }
    >
      <div className={classes.tools}>
        <TextInput
          className={classes.search ?? ""}
          size="xs"
          placeholder="Search id, kind, family, region, account"
          aria-label="Search commitments"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={state.search}
          onChange={(event) => {
            setPage(1);
            set({ search: event.currentTarget.value }, true);
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label="Which commitments"
          data={[
            { value: "active", label: "Owned now" },
            { value: "all", label: "Also those that are over" },
          ]}
          value={state.all ? "all" : "active"}
          onChange={(next) => set({ all: next === "all" })}
        />
      </div>
      <CommitmentsTable
        rows={found.slice((at - 1) * pageSize, at * pageSize)}
        stand={stand}
        sort={sort}
        onSort={(next) => set({ sort: next }, true)}
        onOpen={owned.hourly ? setOpen : undefined}
      />
      {found.length === 0 && (
        <p className={classes.none}>
          {state.search ? "No commitment matches this search." : "None is owned where the data end."}
        </p>
      )}
      <div className={classes.foot}>
        <span role="status">{counted(found.length, "commitment")}</span>
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
      <Dialog
        opened={open !== undefined}
        onClose={() => setOpen(undefined)}
        title={open ? `${kindLabel(open.kind)} ${shortId(open.commitment_id)}, hour by hour` : ""}
        size="min(1100px, 96vw)"
      >
        {open && <CommitmentHours commitment={open} stand={stand} version={version} />}
      </Dialog>
    </Section>
  );
}
