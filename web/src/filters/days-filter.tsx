import { Skeleton, Text, UnstyledButton } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Span } from "../address/range";
import { addDays, type Day } from "../lib/dates";
import type { Days } from "./calendar";
import { Chip } from "./chip";
import classes from "./filters.module.css";

const Calendar = lazy(() => import("./calendar").then((module) => ({ default: module.Calendar })));

/** A named choice beside the calendar. */
export interface NamedDays<Name extends string> {
  name: Name;
  words: string;
  /** The days it means. */
  title?: string;
}

interface Props<Name extends string> {
  label: string;
  value: string;
  active: boolean;
  icon: ReactNode;
  named: readonly NamedDays<Name>[];
  chosen: Name | undefined;
  /** Marked in the calendar when it opens. */
  marked: Span | undefined;
  /** The month that it opens at. */
  shown: Day;
  dataFrom: string | undefined;
  dataTo: string;
  note: ReactNode;
  onName: (name: Name) => void;
  onDays: (days: Span) => void;
}

/** A choice of days, by name or in a calendar; its ends are exclusive, those of the calendar are not. */
export function DaysFilter<Name extends string>(props: Props<Name>) {
  const { marked, dataTo, onName, onDays } = props;
  const [opened, setOpened] = useState(false);
  const [days, setDays] = useState<Days>([null, null]);
  const pick = (next: Days) => {
    setDays(next);
    const [first, last] = next;
    if (!first || !last) return;
    setOpened(false);
    onDays({ from: first, to: addDays(last, 1) });
  };
  const open = (next: boolean) => {
    setDays(marked ? [marked.from, addDays(marked.to, -1)] : [null, null]);
    setOpened(next);
  };
  return (
    <Chip
      label={props.label}
      value={props.value}
      active={props.active}
      opened={opened}
      onOpened={open}
      icon={props.icon}
      width="min(500px, calc(100vw - 24px))"
    >
      <div className={classes.time}>
        <ul className={classes.presets}>
          {props.named.map(({ name, words, title }) => (
            <li key={name}>
              <UnstyledButton
                className={classes.preset}
                aria-pressed={props.chosen === name}
                title={title}
                onClick={() => {
                  setOpened(false);
                  onName(name);
                }}
              >
                {words}
              </UnstyledButton>
            </li>
          ))}
        </ul>
        <div>
          <Suspense fallback={<Skeleton height={250} width={250} />}>
            <Calendar
              days={days}
              first={props.dataFrom}
              last={addDays(dataTo, -1)}
              shown={props.shown}
              onDays={pick}
            />
          </Suspense>
          <Text size="xs" c="dimmed" mt={6} maw={280}>
            {props.note}
          </Text>
        </div>
      </div>
    </Chip>
  );
}
