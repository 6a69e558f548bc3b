import { Alert, Text } from "@mantine/core";
import { IconFileAlert } from "@tabler/icons-react";
import type { Failure } from "../api/types";
import { monthLabel } from "../lib/dates";
import classes from "./failure-list.module.css";

/** Months or files that could not be read: the rest of the page goes on without them and says so. */
export function FailureList({ failures }: { failures: readonly Failure[] }) {
  if (failures.length === 0) return null;
  const title =
    failures.length === 1 ? "One report could not be read" : `${failures.length} reports could not be read`;
  return (
    <Alert className={classes.alert} icon={<IconFileAlert aria-hidden />} title={title} mb="lg">
      <ul className={classes.list}>
        {failures.slice(0, 5).map((failure) => (
          <li key={`${failure.period}/${failure.file}/${failure.message}`}>
            <Text size="sm" fw={550}>
              {[failure.period && monthLabel(failure.period), failure.file].filter(Boolean).join(" · ") ||
                "Source"}
              : {failure.message}
            </Text>
            <Text size="sm">{failure.advice}</Text>
          </li>
        ))}
      </ul>
      {failures.length > 5 && (
        <Text size="sm">… and {failures.length - 5} more: see `cloud-analyzer reconcile`.</Text>
      )}
    </Alert>
  );
}
