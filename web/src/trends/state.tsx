import { Loader, Text, Title } from "@mantine/core";
import { IconChecks, IconSearch } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { timeLabel } from "../lib/dates";
import { counted, formatCount } from "../lib/quantity";
import { Empty } from "../ui/empty";
import emptyClasses from "../ui/empty.module.css";
import type { Trends } from "./types";

/** The first look is going on: nothing is known yet. */
export function Looking() {
  return (
    <div className={emptyClasses.box} role="status">
      <Loader size={36} aria-hidden />
      <Title order={2} size="h4">
        Looking at your bills for the first time
      </Title>
      <Text c="dimmed" size="sm" className={emptyClasses.text ?? ""}>
        The last thirteen months or more are gone through, series by series. What was irregular in them
        appears here by itself, and nobody is told of the past.
      </Text>
    </div>
  );
}

/** Whether it was looked, at how much and how far: silence is an answer only with these. */
export function silentWords(trends: Pick<Trends, "series" | "through">): string {
  const through = trends.through === null ? "" : `, through ${trends.through}`;
  return `${formatCount(trends.series)} series looked at${through}; nothing irregular`;
}

export function NothingIrregular({ trends, children }: { trends: Trends; children?: ReactNode }) {
  return (
    <Empty
      icon={IconChecks}
      title={silentWords(trends)}
      text={
        trends.looked_at
          ? `Looked at ${timeLabel(trends.looked_at)} UTC. Each delivery of the bill is looked at as soon as it is read.`
          : "Each delivery of the bill is looked at as soon as it is read."
      }
    >
      {children}
    </Empty>
  );
}

/** Events there are, and none of them is asked for. */
export function NoMatch({ children }: { children?: ReactNode }) {
  return (
    <Empty icon={IconSearch} title="No event matches" text="Change or remove a filter to see others.">
      {children}
    </Empty>
  );
}

/** "6,012 series looked at, through 2026-11-24": beside what was found. */
export function lookedWords(trends: Pick<Trends, "series" | "through">): string {
  return `${counted(trends.series, "series", "series")} looked at${trends.through ? `, through ${trends.through}` : ""}`;
}
