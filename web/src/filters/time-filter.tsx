import { Skeleton, Text, UnstyledButton } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { lazy, memo, Suspense, useState } from "react";
import { isPreset, type Preset, presets, resolveRange, type Span, type TimeRange } from "../address/range";
import { addDays, spanLabel } from "../lib/dates";
import type { Days } from "./calendar";
import { Chip } from "./chip";
import classes from "./filters.module.css";

const Calendar = lazy(() => import("./calendar").then((module) => ({ default: module.Calendar })));

interface Props {
  range: TimeRange;
  span: Span;
  dataFrom: string | undefined;
  dataTo: string;
  onRange: (range: TimeRange) => void;
}

export const TimeFilter = memo(function TimeFilter({ range, span, dataFrom, dataTo, onRange }: Props) {
  const [opened, setOpened] = useState(false);
  const [days, setDays] = useState<Days>([null, null]);
  const choose = (next: TimeRange) => {
    setOpened(false);
    onRange(next);
  };
  const pick = (next: Days) => {
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
          <Suspense fallback={<Skeleton height={250} width={250} />}>
            <Calendar
              days={days}
              first={dataFrom}
              last={addDays(dataTo, -1)}
              shown={addDays(span.to, -1)}
              onDays={pick}
            />
          </Suspense>
          <Text size="xs" c="dimmed" mt={6}>
            First and last day, UTC. Named spans count back from the newest data.
          </Text>
        </div>
      </div>
    </Chip>
  );
});
