import { Progress, Text, Title } from "@mantine/core";
import { IconChartPie, IconReportMoney } from "@tabler/icons-react";
import type { Overview, SeenPart } from "../api/types";
import { MissingPermissions } from "../connections/missing-permissions";
import { partInWords } from "../shell/part";
import { Command } from "../ui/command";
import classes from "./empty.module.css";

/** No figures yet: what to do, or that it is being done. */
export function NoDataYet({ overview }: { overview: Overview }) {
  const { ingest, part } = overview;
  if (part) return <NothingSeen part={part} />;
  if (ingest) {
    return (
      <div className={`card ${classes.empty}`}>
        <IconReportMoney size={40} stroke={1.4} className={classes.icon} aria-hidden />
        <Title order={2} size="h3">
          Reading your reports
        </Title>
        <Text c="dimmed" className={classes.text}>
          The newest month comes first. The dashboards appear here by themselves as soon as it is read and
          proven.
        </Text>
        <Progress
          className={classes.progress}
          value={ingest.bytes_total > 0 ? (100 * ingest.bytes_done) / ingest.bytes_total : 0}
          animated
          aria-label="Reading reports"
        />
      </div>
    );
  }
  return (
    <MissingPermissions>
      <div className={classes.ways}>
        <div>
          <h3>Or load report files</h3>
          <Command label="Command that loads report files" text="cloud-analyzer ingest ./reports" />
        </div>
        <div>
          <h3>Or look around first</h3>
          <Command label="Command that starts the demo" text="cloud-analyzer serve --demo" />
        </div>
      </div>
    </MissingPermissions>
  );
}

/** Nothing may be seen, or nothing of what may be seen has cost. */
function NothingSeen({ part }: { part: SeenPart }) {
  return (
    <div className={`card ${classes.empty}`}>
      <IconChartPie size={40} stroke={1.4} className={classes.icon} aria-hidden />
      <Title order={2} size="h3">
        {part.subsets.length === 0
          ? "Nothing is left that you may see"
          : "Nothing that you may see has cost yet"}
      </Title>
      <Text c="dimmed" className={classes.text}>
        {partInWords(part)} You see the accounts of chosen subsets, and an administrator of the organization
        chooses them: ask one for others.
      </Text>
    </div>
  );
}
