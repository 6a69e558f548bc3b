import { Popover, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./filters.module.css";

interface Props {
  label: string;
  value: string;
  active: boolean;
  opened: boolean;
  onOpened: (opened: boolean) => void;
  icon?: ReactNode;
  width?: number | string;
  children: ReactNode;
}

/** A filter as a button that says its value, and a panel to change it. */
export function Chip({ label, value, active, opened, onOpened, icon, width = 320, children }: Props) {
  return (
    <Popover
      opened={opened}
      onChange={onOpened}
      position="bottom-start"
      width={width}
      shadow="lg"
      radius="lg"
      trapFocus
      returnFocus
      transitionProps={{ duration: 80 }}
    >
      <Popover.Target>
        <UnstyledButton className={classes.chip} data-active={active} onClick={() => onOpened(!opened)}>
          {icon}
          <span className={classes.chipLabel}>{label}</span>
          <span className={classes.chipValue}>{value}</span>
          <IconChevronDown size={14} aria-hidden className={classes.chipIcon} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel}>{children}</Popover.Dropdown>
    </Popover>
  );
}
