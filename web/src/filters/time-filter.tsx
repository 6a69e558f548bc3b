import { IconCalendar } from "@tabler/icons-react";
import { memo } from "react";
import { isPreset, presets, resolveRange, type Span, type TimeRange } from "../address/range";
import { addDays, spanLabel } from "../lib/dates";
import { DaysFilter } from "./days-filter";
import classes from "./filters.module.css";

interface Props {
  range: TimeRange;
  span: Span;
  dataFrom: string | undefined;
  dataTo: string;
  onRange: (range: TimeRange) => void;
}

export const TimeFilter = memo(function TimeFilter({ range, span, dataFrom, dataTo, onRange }: Props) {
  const chosen = "preset" in range ? range.preset : undefined;
  const name = chosen && presets[chosen];
  const named = Object.keys(presets)
    .filter(isPreset)
    .map((preset) => {
      const { from, to } = resolveRange({ preset }, dataTo);
      return { name: preset, words: presets[preset], title: spanLabel(from, to) };
    });
  return (
    <DaysFilter
      label="Time"
      value={[name, spanLabel(span.from, span.to)].filter(Boolean).join(" · ")}
      active={"from" in range}
      icon={<IconCalendar size={16} aria-hidden className={classes.chipIcon} />}
      named={named}
      chosen={chosen}
      marked={span}
      shown={addDays(span.to, -1)}
      dataFrom={dataFrom}
      dataTo={dataTo}
      note="First and last day, UTC. Named spans count back from the newest data."
      onName={(preset) => onRange({ preset })}
      onDays={onRange}
    />
  );
});
