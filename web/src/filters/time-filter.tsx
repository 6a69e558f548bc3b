import { Text, UnstyledButton } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import { isPreset, type Preset, presets, resolveRange, type Span, type TimeRange } from "../address/range";
import { addDays, spanLabel } from "../lib/dates";
import { Chip } from "./chip";
import classes from "./filters.module.css";

interface Props {
  range: TimeRange;
  span: Span;
  dataFrom: string | undefined;
  dataTo: string;
  onRange: (range: TimeRange) => void;
}

export function TimeFilter({ range, span, dataFrom, dataTo, onRange }: Props) {
  const [opened, setOpened] = useState(false);
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  const choose = (next: TimeRange) => {
    setOpened(false);
    onRange(next);
  };
  const pick = (next: [string | null, string | null]) => {
    setDays(next);
    const [first, last] = next;
    if (first && last) choose({ from: first, to: addDays(last, 1) });
  };
  const open = (next: boolean) => {
    setDays([span.from, addDays(span.to, -1)]);
    setOpened(next);
  };
  const name = "preset" in range ? presets[range.preset] : "";
  const value = [name, spanLabel(span.from, span.to)].filter(Boolean).join(" · ");
  return (
    <Chip
      label="Time"
      value={value}
      active={"from" in range}
      opened={opened}
      onOpened={open}
      icon={<IconCalendar size={16} aria-hidden className={classes.chipIcon} />}
      width="min(500px, calc(100vw - 24px))"
    >
      <div className={classes.time}>
        <ul className={classes.presets}>
          {Object.keys(presets)
            .filter(isPreset)
            .map((preset: Preset) => (
              <li key={preset}>
                <UnstyledButton
                  className={classes.preset}
                  aria-pressed={"preset" in range && range.preset === preset}
                  title={spanLabel(
                    resolveRange({ preset }, dataTo).from,
                    resolveRange({ preset }, dataTo).to,
                  )}
                  onClick={() => choose({ preset })}
                >
                  {presets[preset]}
                </UnstyledButton>
              </li>
            ))}
        </ul>
        <div>
          <DatePicker
            type="range"
            value={days}
            onChange={pick}
            defaultDate={addDays(span.to, -1)}
            {...(dataFrom ? { minDate: dataFrom } : {})}
            maxDate={addDays(dataTo, -1)}
            allowSingleDateInRange
            hideOutsideDates
            size="sm"
            ariaLabels={{
              nextMonth: "Next month",
              previousMonth: "Previous month",
            }}
          />
          <Text size="xs" c="dimmed" mt={6}>
            First and last day, UTC. Named spans count back from the newest data.
          </Text>
        </div>
      </div>
    </Chip>
  );
}
