import { IconArrowsDiff } from "@tabler/icons-react";
import { memo } from "react";
import { type Compare, compareWords } from "../address/compare";
import { addDays, spanLabel } from "../lib/dates";
import { DaysFilter } from "./days-filter";
import classes from "./filters.module.css";

interface Props {
  compare: Compare;
  dataFrom: string | undefined;
  dataTo: string;
  onCompare: (compare: Compare) => void;
}

const named = (["previous", "year"] as const).map((name) => ({ name, words: compareWords[name] }));

/** What the page's figures are compared with. */
export const CompareFilter = memo(function CompareFilter({ compare, dataFrom, dataTo, onCompare }: Props) {
  const own = typeof compare === "string" ? undefined : compare;
  return (
    <DaysFilter
      label="Against"
      value={typeof compare === "string" ? compareWords[compare] : spanLabel(compare.from, compare.to)}
      active={compare !== "previous"}
      icon={<IconArrowsDiff size={16} aria-hidden className={classes.chipIcon} />}
      named={named}
      chosen={typeof compare === "string" ? compare : undefined}
      marked={own}
      shown={own?.from ?? addDays(dataTo, -1)}
      dataFrom={dataFrom}
      dataTo={dataTo}
      note="Or any days, UTC. The span before of what starts on the first of a month are the same days of the months before; else as many days before."
      onName={onCompare}
      onDays={onCompare}
    />
  );
});
