import { ActionIcon, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import classes from "./rule-card.module.css";

interface Props {
  at: number;
  count: number;
  title: string;
  /** Absent for those who may only read. */
  onMove?: (by: -1 | 1) => void;
  onRemove?: () => void;
  children: ReactNode;
}

/** One of several rules whose order matters. */
export function RuleCard({ at, count, title, onMove, onRemove, children }: Props) {
  const name = title || `rule ${at + 1}`;
  // The page moves the card under the pointer: the button is looked up again, so that it can be pressed again.
  const move = (event: MouseEvent<HTMLButtonElement>, by: -1 | 1) => {
    const button = event.currentTarget;
    onMove?.(by);
    requestAnimationFrame(() => button.focus());
  };
  return (
    <li className={`card ${classes.card}`}>
      <div className={classes.head}>
        <h2 className={classes.title} title={title}>
          <span className={classes.number}>{at + 1}.</span> {title || "New rule"}
        </h2>
        {onMove && onRemove && (
          <Group gap={2} wrap="nowrap">
            <Move label={`Move ${name} up`} allowed={at > 0} onClick={(event) => move(event, -1)}>
              <IconArrowUp size={18} />
            </Move>
            <Move label={`Move ${name} down`} allowed={at < count - 1} onClick={(event) => move(event, 1)}>
              <IconArrowDown size={18} />
            </Move>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={onRemove}>
              <IconTrash size={18} />
            </ActionIcon>
          </Group>
        )}
      </div>
      {children}
    </li>
  );
}

interface MoveProps {
  label: string;
  allowed: boolean;
  onClick: (event: MouseEvent<HTMLButtonElement>) => void;
  children: ReactNode;
}

/** Not disabled at the ends of the list: what is disabled drops the focus. */
function Move({ label, allowed, onClick, children }: MoveProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      aria-disabled={!allowed}
      {...(!allowed && { "data-disabled": true })}
      onClick={(event) => allowed && onClick(event)}
    >
      {children}
    </ActionIcon>
  );
}
