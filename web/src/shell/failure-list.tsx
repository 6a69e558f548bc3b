import { Alert, Text } from "@mantine/core";
import { IconFileAlert } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Failure } from "../api/types";
import { monthLabel } from "../lib/dates";
import classes from "./failure-list.module.css";
import { sinceOf, titleOf } from "./failures";

/** What could not be read, or does not come any more: the rest of the page goes on without it and says so. */
export function FailureList({ failures }: { failures: readonly Failure[] }) {
  if (failures.length === 0) return null;
  return (
    <Alert
      className={classes.alert}
      icon={<IconFileAlert aria-hidden />}
      title={titleOf(failures)}
      mb="lg"
      aria-live="polite"
    >
      <ul className={classes.list}>
        {failures.slice(0, 5).map((failure) => (
          <li
            key={`${failure.connection}/${failure.kind}/${failure.period}/${failure.file}/${failure.message}`}
          >
            <Text size="sm" fw={550}>
              {[failure.period && monthLabel(failure.period), failure.file].filter(Boolean).join(" · ") ||
                (failure.kind === "stopped" ? "Deliveries" : "Source")}
              : {failure.message}
            </Text>
            <Text size="sm">
              {failure.advice}{" "}
              {failure.connection && (
                <Link to="/connections/$id" params={{ id: failure.connection }}>
                  See the connection
                </Link>
              )}
            </Text>
            {failure.first_at && (
              <Text size="xs" c="dimmed">
                {sinceOf(failure)}
              </Text>
            )}
          </li>
        ))}
      </ul>
      {failures.length > 5 && (
        <Text size="sm">… and {failures.length - 5} more: see `cloud-analyzer reconcile`.</Text>
      )}
    </Alert>
  );
}
