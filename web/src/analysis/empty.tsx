import { Progress, Text, Title } from "@mantine/core";
import { IconReportMoney } from "@tabler/icons-react";
import type { Overview } from "../api/types";
import { MissingPermissions } from "../connections/missing-permissions";
import { Command } from "../ui/command";
import classes from "./empty.module.css";

/** No figures yet: what to do, or that it is being done. */
export function NoDataYet({ overview }: { overview: Overview }) {
  const { ingest } = overview;
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
