import { ActionIcon, Group, Skeleton } from "@mantine/core";
import {
  IconBookmark,
  IconCalendarTime,
  IconPencil,
  IconShare,
  IconShareOff,
  IconTrash,
} from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { hasRole, useSession } from "../api/session";
import type { Report } from "../api/types";
import { Empty } from "../ui/empty";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { SearchList, SearchOption } from "../ui/search-list";
import { useChangeReport } from "./queries";
import classes from "./reports.module.css";
import { findReports, reportNote } from "./words";

export type ReportTask = "rename" | "schedule" | "remove";

interface Props {
  found: Pick<UseQueryResult<{ reports: Report[] }>, "data" | "error" | "refetch">;
  opened: Report | undefined;
  onOpen: (report: Report | undefined) => void;
  onTask: (task: ReportTask, report: Report) => void;
}

/** Own and shared reports: a click opens one; its owner can also change it here. */
export function ReportList({ found, opened, onOpen, onTask }: Props) {
  const [text, setText] = useState("");
  const share = useChangeReport();
  if (found.error) {
    return (
      <Problem
        error={found.error}
        onRetry={() => void found.refetch()}
        title="The reports could not be loaded"
      />
    );
  }
  if (!found.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={34} />
        <Skeleton height={44} />
        <Skeleton height={44} />
      </div>
    );
  }
  const { reports } = found.data;
  if (reports.length === 0) {
    return (
      <Empty
        icon={IconBookmark}
        title="No report is saved yet"
        text="Set up the page as you like it, then choose “Save report”: tab, filters, view and metric are kept under a name. Reports that editors share with the organization appear here too."
      />
    );
  }
  const shown = findReports(reports, text);
  return (
    <>
      <FormProblem error={share.error} />
      <SearchList
        label="Reports"
        text={text}
        onText={setText}
        none={shown.length === 0 ? "No report has this name." : undefined}
      >
        {text.trim() === "" && (
          <SearchOption
            name="No report"
            note="The page as it starts"
            chosen={opened === undefined}
            onChoose={() => onOpen(undefined)}
          />
        )}
        {shown.map((report) => (
          <SearchOption
            key={report.id}
            name={report.name}
            note={reportNote(report)}
            chosen={report.id === opened?.id}
            onChoose={() => onOpen(report)}
          >
            {report.may_change && (
              <Actions
                report={report}
                sharing={share.isPending && share.variables.report.id === report.id}
                onShare={() => share.mutate({ report, change: { shared: !report.shared } })}
                onTask={(task) => onTask(task, report)}
              />
            )}
          </SearchOption>
        ))}
      </SearchList>
    </>
  );
}

interface ActionsProps {
  report: Report;
  sharing: boolean;
  onShare: () => void;
  onTask: (task: ReportTask) => void;
}

function Actions({ report, sharing, onShare, onTask }: ActionsProps) {
  const { name, shared } = report;
  // Where nobody is signed in, as in the open demo, a report is everybody's.
  const session = useSession();
  const mayShare = session.user !== null && hasRole(session, "editor");
  return (
    <Group gap={0} wrap="nowrap" className={classes.actions ?? ""}>
      {mayShare && (
        <Action
          label={shared ? `Stop sharing ${name}` : `Share ${name} with the organization`}
          loading={sharing}
          onClick={onShare}
        >
          {shared ? <IconShareOff size={16} /> : <IconShare size={16} />}
        </Action>
      )}
      <Action label={`Send ${name} by mail`} onClick={() => onTask("schedule")}>
        <IconCalendarTime size={16} />
      </Action>
      <Action label={`Rename ${name}`} onClick={() => onTask("rename")}>
        <IconPencil size={16} />
      </Action>
      <Action label={`Delete ${name}`} onClick={() => onTask("remove")}>
        <IconTrash size={16} />
      </Action>
    </Group>
  );
}

interface ActionProps {
  label: string;
  loading?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Action({ label, loading = false, onClick, children }: ActionProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="md"
      aria-label={label}
      title={label}
      loading={loading}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
