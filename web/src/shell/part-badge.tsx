import { Popover, Text, UnstyledButton } from "@mantine/core";
import { IconChartPie } from "@tabler/icons-react";
import type { SeenPart } from "../api/types";
import { partInWords } from "./part";
import classes from "./proof-badge.module.css";

/** In place of the proof: which part of the bills is seen. Its totals are not the bill's, and nothing says they were. */
export function PartBadge({ part }: { part: SeenPart }) {
  return (
    <Popover
      width="min(420px, calc(100vw - 24px))"
      position="bottom-end"
      shadow="lg"
      radius="lg"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <UnstyledButton className={classes.badge} data-state="part">
          <IconChartPie size={18} stroke={1.8} aria-hidden />
          <span className={classes.label}>Part of the bill</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <Text fw={620} mb="sm">
          The part of the bill that you may see
        </Text>
        <Text size="sm">{partInWords(part)}</Text>
        <Text size="sm" mt="sm">
          Every figure is about these accounts. Their totals are not the bill’s: only the whole can be
          compared with it. Costs that others share with them are shown where the bill has them.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
