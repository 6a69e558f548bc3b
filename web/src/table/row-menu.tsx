import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconFilter, IconFilterOff, IconListSearch, IconZoomIn } from "@tabler/icons-react";
import classes from "./pivot-table.module.css";
import type { PivotRow } from "./rows";

interface Props {
  row: PivotRow;
  onDrill: (key: string) => void;
  onFilter: (key: string, exclude: boolean) => void;
  onExplain: (target: string) => void;
}

/** The value of a row and all that can be done with it, also without a pointer. */
export function RowMenu({ row, onDrill, onFilter, onExplain }: Props) {
  const label = (
    <>
      <span className={classes.label}>{row.label}</span>
      {row.detail && <span className={classes.detail}>{row.detail}</span>}
    </>
  );
  if (row.other) return <span className={classes.value}>{label}</span>;
  return (
    <Menu position="bottom-start" shadow="md" withinPortal width={230}>
      <Menu.Target>
        <UnstyledButton className={classes.value} title={row.label}>
          {label}
          <IconChevronDown className={classes.chevron} size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconZoomIn size={16} />} onClick={() => onDrill(row.key)}>
          Drill down
        </Menu.Item>
        <Menu.Item leftSection={<IconFilter size={16} />} onClick={() => onFilter(row.key, false)}>
          Show only this
        </Menu.Item>
        <Menu.Item leftSection={<IconFilterOff size={16} />} onClick={() => onFilter(row.key, true)}>
          Leave this out
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconListSearch size={16} />} onClick={() => onExplain(row.id)}>
          Explain the total
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
