import { Popover, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { IconShieldCheck, IconShieldExclamation, IconShieldX } from "@tabler/icons-react";
import type { Overview } from "../api/types";
import { monthLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { isOff, proofOf } from "./proof";
import classes from "./proof-badge.module.css";

const icons = { proven: IconShieldCheck, partial: IconShieldExclamation, broken: IconShieldX };

/** Says whether the figures equal the bill, and shows the sums that say so. */
export function ProofBadge({ overview }: { overview: Overview }) {
  const proof = proofOf(overview);
  const Icon = icons[proof.state];
  return (
    <Popover
      width="min(680px, calc(100vw - 24px))"
      position="bottom-end"
      shadow="lg"
      radius="lg"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <UnstyledButton className={classes.badge} data-state={proof.state}>
          <Icon size={18} stroke={1.8} aria-hidden />
          <span>{proof.label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <Text fw={620}>{proof.label}</Text>
        <Text size="sm" c="dimmed" mb="sm">
          {proof.explanation}
        </Text>
        <ScrollArea.Autosize mah={420} type="auto" viewportProps={{ tabIndex: 0 }}>
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

/** Per month, what the files say and what is stored; drawn when the panel opens. */
function Sums({ overview }: { overview: Overview }) {
  const money = (text: string) => formatMoney(text, overview.currency);
  const exact = (text: string) => formatExact(text, overview.currency);
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
        {overview.periods.map((period) => (
          <tr key={`${period.connection}/${period.period}`} data-off={isOff(period)}>
            <th scope="row">
              {monthLabel(period.period)}
              {period.open && <span className={classes.note}> open</span>}
              {period.stage === "dashboards" && <span className={classes.note}> line items loading</span>}
            </th>
            <td>{formatCount(period.rows)}</td>
            <td title={exact(period.raw_total)}>{money(period.raw_total)}</td>
            <td title={exact(period.stored_total)}>{money(period.stored_total)}</td>
            <td>{period.proven || isOff(period) ? exact(period.difference) : "not checked"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
