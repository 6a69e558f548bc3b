import { Button } from "@mantine/core";
import { IconBookmark, IconDeviceFloppy } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { Report } from "../api/types";
import { Chip } from "../filters/chip";
import { Confirm } from "../ui/confirm";
import { FormProblem } from "../ui/form-problem";
import { reportAddress } from "./address";
import { RenameReport, SaveReport } from "./name-dialog";
import { reportQueries, useChangeReport, useRenewReports } from "./queries";
import { ReportList, type ReportTask } from "./report-list";
import classes from "./reports.module.css";
import { ScheduleReport } from "./schedule-dialog";

interface Props {
  /** The page's query string, without "?". */
  address: string;
  onOpen: (address: string) => void;
}

/** Views of the page under names: opens one, keeps the page as another, sends one by mail. */
export function SavedReports({ address, onOpen }: Props) {
  const found = useQuery(reportQueries.all());
  const [openedId, setOpenedId] = useState<string>();
  const [listed, setListed] = useState(false);
  const [task, setTask] = useState<{ kind: ReportTask; report: Report } | { kind: "save" }>();
  const update = useChangeReport();
  const head = useRef<HTMLDivElement>(null);
  const here = reportAddress(address);
  const reports = found.data?.reports ?? [];
  // A link of a colleague may be a saved report too: then it is shown as opened.
  const opened =
    reports.find((one) => one.id === openedId) ?? reports.find((one) => reportAddress(one.address) === here);
  const changed = opened !== undefined && reportAddress(opened.address) !== here;
  const open = (report: Report | undefined) => {
    setListed(false);
    update.reset();
    setOpenedId(report?.id);
    onOpen(report?.address ?? "");
  };
  const close = () => {
    setTask(undefined);
    // What opened the dialog, a row of the list, is gone: its button takes the focus.
    head.current?.querySelector("button")?.focus();
  };
  return (
    <div className={classes.reports} ref={head}>
      <Chip
        label="Report"
        value={opened?.name ?? "None"}
        active={opened !== undefined}
        opened={listed}
        onOpened={setListed}
        icon={<IconBookmark size={16} aria-hidden className={classes.icon} />}
        width="min(400px, calc(100vw - 24px))"
      >
        <ReportList
          found={found}
          opened={opened}
          onOpen={open}
          onTask={(kind, report) => {
            setListed(false);
            setTask({ kind, report });
          }}
        />
      </Chip>
      {changed && <span className={classes.changed}>changed</span>}
      {changed && opened.may_change && (
        <Button
          size="xs"
          loading={update.isPending}
          onClick={() => update.mutate({ report: opened, change: { address: here } })}
        >
          Save changes
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDeviceFloppy size={16} aria-hidden />}
        onClick={() => setTask({ kind: "save" })}
      >
        Save report
      </Button>
      {update.error && (
        <div className={classes.problem}>
          <FormProblem error={update.error} />
        </div>
      )}
      {task?.kind === "save" && (
        <SaveReport
          address={here}
          onSaved={(report) => {
            setOpenedId(report.id);
            close();
          }}
          onClose={close}
        />
      )}
      {task?.kind === "rename" && <RenameReport report={current(reports, task.report)} onClose={close} />}
      {task?.kind === "schedule" && <ScheduleReport report={current(reports, task.report)} onClose={close} />}
      {task?.kind === "remove" && <RemoveReport report={current(reports, task.report)} onClose={close} />}
    </div>
  );
}

/** The report as it is now: sending it changed when it was sent last. */
const current = (reports: readonly Report[], report: Report) =>
  reports.find((one) => one.id === report.id) ?? report;

function RemoveReport({ report, onClose }: { report: Report; onClose: () => void }) {
  const renew = useRenewReports();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/reports/{id}", {
          params: { path: { id: report.id }, header: ifMatch(report.version) },
        }),
      ),
    onSuccess: async () => {
      await renew();
      onClose();
    },
  });
  return (
    <Confirm
      title={`Delete ${report.name}?`}
      action="Delete"
      opened
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      The report leaves the list{report.shared && ", also for those it is shared with"}
      {report.schedule && ", and is not sent any more"}. No figure is touched: the page stays as it is.
    </Confirm>
  );
}
