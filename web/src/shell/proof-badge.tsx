import { Popover, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { IconShieldCheck, IconShieldExclamation, IconShieldX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ConnectionProof, Overview } from "../api/types";
import { monthLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { lackOf, missing, type PartName, verdictOf } from "./proof";
import classes from "./proof-badge.module.css";
import { ProofParts } from "./proof-parts";

const icons = { proven: IconShieldCheck, partial: IconShieldExclamation, broken: IconShieldX };

/** Says whether the figures equal the bill: which parts of the proof hold, the way to what is missing, and the sums. */
export function ProofBadge({ overview }: { overview: Overview }) {
  const [opened, setOpened] = useState(false);
  const verdict = verdictOf(overview);
  const Icon = icons[verdict.state];
  const close = () => setOpened(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width="min(680px, calc(100vw - 24px))"
      position="bottom-end"
      shadow="lg"
      radius="lg"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.badge}
          data-state={verdict.state}
          onClick={() => setOpened(!opened)}
        >
          <Icon size={18} stroke={1.8} aria-hidden />
          <span className={classes.label}>{verdict.label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <Text fw={620} mb="sm">
          {verdict.label}
        </Text>
        <ScrollArea.Autosize mah="min(560px, 70vh)" type="auto" viewportProps={{ tabIndex: 0 }}>
          <ProofParts
            proof={overview.proof}
            way={(part) => <Ways connections={overview.connections} part={part} onGo={close} />}
          />
          <Sums overview={overview} />
        </ScrollArea.Autosize>
        <Text size="xs" c="dimmed" mt="sm">
          Unblended sums as AWS wrote them; point at a figure for all its digits. The same on the command
          line: cloud-analyzer reconcile.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}

/** From a part that does not hold to where it shows: the files of the connection, or the notes of its months. */
function Ways({
  connections,
  part,
  onGo,
}: {
  connections: ConnectionProof[];
  part: PartName;
  onGo: () => void;
}) {
  return connections
    .filter((one) => one.proof[part].state !== "holds")
    .map((one) => {
      // Of a past state it is not known which files there were.
      const files =
        part === "complete" &&
        !one.shared &&
        typeof one.files_read === "number" &&
        typeof one.files_left_out === "number"
          ? { read: one.files_read, left_out: one.files_left_out }
          : undefined;
      return (
        <Link
          key={one.connection}
          to="/connections/$id"
          params={{ id: one.connection }}
          hash={files ? "files" : "months"}
          className={classes.way}
          onClick={onGo}
        >
          {files
            ? `Files of ${one.name}: ${formatCount(files.read)} read, ${formatCount(files.left_out)} left out`
            : `Months of ${one.name}`}
        </Link>
      );
    });
}

/** Per month, what the files say and what is stored; drawn when the panel opens. */
function Sums({ overview }: { overview: Overview }) {
  return (
    <table className={`${classes.table} tabular`}>
      <thead>
        <tr>
          <th scope="col">Month</th>
          <th scope="col">Rows</th>
          <th scope="col">In the files</th>
          <th scope="col">Stored</th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {overview.periods.map((period) => {
          const money = (text: string) => formatMoney(text, period.currency);
          const exact = (text: string) => formatExact(text, period.currency);
          return (
            <tr
              key={`${period.connection}/${period.period}`}
              data-off={period.proof.copied.state === "broken"}
            >
              <th scope="row">
                {monthLabel(period.period)}
                {missing(period.proof).length > 0 && (
                  <span className={classes.note}> {lackOf(period.proof).toLowerCase()}</span>
                )}
                {period.open && <span className={classes.note}> open</span>}
                {period.stage === "dashboards" && <span className={classes.note}> line items loading</span>}
              </th>
              <td>{formatCount(period.rows)}</td>
              <td title={exact(period.raw_total)}>{money(period.raw_total)}</td>
              <td title={exact(period.stored_total)}>{money(period.stored_total)}</td>
              <td>{exact(period.difference)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
