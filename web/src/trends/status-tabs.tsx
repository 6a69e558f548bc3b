import { SegmentedControl } from "@mantine/core";
import type { StatusChoice } from "./address";
import classes from "./trends.module.css";

interface Props {
  value: StatusChoice;
  choices: readonly { value: StatusChoice; label: string }[];
  onChoose: (value: StatusChoice) => void;
}

/** Active events, those that were put away, those that a restated bill took back. */
export function StatusTabs({ value, choices, onChoose }: Props) {
  return (
    <div className={classes.status}>
      <SegmentedControl
        size="sm"
        aria-label="Which events"
        data={choices.map(({ value: one, label }) => ({ value: one, label }))}
        value={value}
        onChange={(next) => onChoose(next as StatusChoice)}
      />
    </div>
  );
}
