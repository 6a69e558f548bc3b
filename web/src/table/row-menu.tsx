import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconFilter, IconFilterOff, IconListSearch, IconZoomIn } from "@tabler/icons-react";
import classes from "./pivot-table.module.css";
import type { PivotRow } from "./rows";
import { nameColumn } from "./use-grid-keys";

interface Props {
  row: PivotRow;
  /** Its place in the table. */
  at: number;
  dimensions: readonly string[];
  onDrill: (keys: readonly string[]) => void;
  onOnly: (keys: readonly string[]) => void;
  onLeaveOut: (dimension: string, key: string) => void;
  onExplain: (target: string) => void;
  onRest: () => void;
}

/** The value of a row and all that can be done with it, also without a pointer. */
export function RowMenu({ row, at, dimensions, onDrill, onOnly, onLeaveOut, onExplain, onRest }: Props) {
  const label = (
    <>
      <span className={classes.label}>{row.label}</span>
      {row.detail && <span className={classes.detail}>{row.detail}</span>}
    </>
  );
  const target = (
    <Menu.Target>
      <UnstyledButton
        className={classes.value}
        title={row.label}
        data-r={at}
        data-c={nameColumn}
        tabIndex={-1}
      >
        {label}
        <IconChevronDown className={classes.chevron} size={14} aria-hidden />
      </UnstyledButton>
    </Menu.Target>
  );
  if (row.other) {
    return (
      <Menu position="bottom-start" shadow="md" withinPortal width={250}>
        {target}
        <Menu.Dropdown>
          {dimensions.length === 1 && (
            <Menu.Item leftSection={<IconZoomIn size={16} />} onClick={onRest}>
              Discounts, credits and the like in it
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconListSearch size={16} />} onClick={() => onExplain(row.id)}>
            {dimensions.length === 1 ? "Explain the total" : "Show all values"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    );
  }
  return (
    <Menu position="bottom-start" shadow="md" withinPortal width={230}>
      {target}
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconZoomIn size={16} />} onClick={() => onDrill(row.keys)}>
          Drill down
        </Menu.Item>
        <Menu.Item leftSection={<IconFilter size={16} />} onClick={() => onOnly(row.keys)}>
          Show only this
        </Menu.Item>
        {dimensions.map((dimension, at) => (
          <Menu.Item
            key={dimension}
            leftSection={<IconFilterOff size={16} />}
            onClick={() => onLeaveOut(dimension, row.keys[at] ?? "")}
          >
            {dimensions.length === 1 ? "Leave this out" : `Leave out ${row.values[at]}`}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconListSearch size={16} />} onClick={() => onExplain(row.id)}>
          Explain the total
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
