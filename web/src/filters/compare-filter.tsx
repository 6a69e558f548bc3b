import { Skeleton, Text, UnstyledButton } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { lazy, memo, Suspense, useState } from "react";
import { type Compare, compareWords } from "../address/compare";
import { addDays, spanLabel } from "../lib/dates";
import type { Days } from "./calendar";
import { Chip } from "./chip";
import classes from "./filters.module.css";

const Calendar = lazy(() => import("./calendar").then((module) => ({ default: module.Calendar })));

interface Props {
  compare: Compare;
  dataFrom: string | undefined;
  dataTo: string;
  onCompare: (compare: Compare) => void;
}

/** What the page's figures are compared with. */
export const CompareFilter = memo(function CompareFilter({ compare, dataFrom, dataTo, onCompare }: Props) {
  const [opened, setOpened] = useState(false);
  const [days, setDays] = useState<Days>([null, null]);
  const choose = (next: Compare) => {
    setOpened(false);
    onCompare(next);
  };
  const pick = (next: Days) => {
    setDays(next);
    const [first, last] = next;
    if (first && last) choose({ from: first, to: addDays(last, 1) });
  };
  const own = typeof compare === "string" ? undefined : compare;
  const open = (next: boolean) => {
    setDays(own ? [own.from, addDays(own.to, -1)] : [null, null]);
    setOpened(next);
  };
  return (
    <Chip
      label="Against"
      value={typeof compare === "string" ? compareWords[compare] : spanLabel(compare.from, compare.to)}
      active={compare !== "previous"}
      opened={opened}
      onOpened={open}
      icon={<IconArrowsDiff size={16} aria-hidden className={classes.chipIcon} />}
      width="min(500px, calc(100vw - 24px))"
    >
      <div className={classes.time}>
        <ul className={classes.presets}>
          {(["previous", "year"] as const).map((name) => (
            <li key={name}>
              <UnstyledButton
                className={classes.preset}
                aria-pressed={compare === name}
                onClick={() => choose(name)}
              >
                {compareWords[name]}
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
              shown={own?.from ?? addDays(dataTo, -1)}
              onDays={pick}
            />
          </Suspense>
          <Text size="xs" c="dimmed" mt={6} maw={280}>
            Or any days, UTC. The span before of what starts on the first of a month are the same days of the
            months before; else as many days before.
          </Text>
        </div>
      </div>
    </Chip>
  );
});
