import { Alert, Button, Group, Radio, Stack, TagsInput, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import { useSession } from "../api/session";
import type { Report, Schedule } from "../api/types";
import { hourLabel } from "../lib/dates";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { useChangeReport, useRenewReports } from "./queries";
import classes from "./reports.module.css";
import { type Frequency, frequencies, recipientsProblem, sameSchedule } from "./words";

/** When a report goes out by mail and to whom; and a way to send it at once. */
export function ScheduleReport({ report, onClose }: { report: Report; onClose: () => void }) {
  const session = useSession();
  const [frequency, setFrequency] = useState<Frequency>(report.schedule?.frequency ?? "never");
  const [recipients, setRecipients] = useState(
    report.schedule?.recipients ?? (session.user ? [session.user.email] : []),
  );
  const save = useChangeReport();
  // What was read when the dialog was opened; the list behind it is read anew meanwhile.
  const [loaded, setLoaded] = useState(report);
  const schedule: Schedule | null = frequency === "never" ? null : { frequency, recipients };
  const changed = !sameSchedule(schedule, report.schedule);
  const problem = schedule === null ? undefined : recipientsProblem(recipients);
  const stand = () => {
    setLoaded(report);
    save.reset();
  };
  const theirs = report.schedule;
  const newer = {
    differences: [
      { name: "How often", mine: frequency, theirs: theirs?.frequency ?? "never" },
      {
        name: "Recipients",
        mine: schedule?.recipients.join(", ") ?? "",
        theirs: theirs?.recipients.join(", ") ?? "",
      },
    ],
    onMine: stand,
    onTheirs: () => {
      setFrequency(theirs?.frequency ?? "never");
      if (theirs) setRecipients(theirs.recipients);
      stand();
    },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ report: loaded, change: { schedule } }, { onSuccess: onClose });
  };
  return (
    <Dialog opened onClose={onClose} title={`Send ${report.name} by mail`}>
      <form onSubmit={submit}>
        <Stack>
          {!session.mail_configured && (
            <Alert color="azure" title="No mail server is set up, so nothing is sent">
              Whoever runs the server starts it with <code>--smtp-url</code>. A schedule that you save now
              begins then.
            </Alert>
          )}
          <Radio.Group
            label="How often"
            description="A mail with the chart, and the table as a CSV file. Days are UTC."
            value={frequency}
            onChange={(next) => setFrequency(next as Frequency)}
          >
            <Stack gap={8} mt={8}>
              {frequencies.map((one) => (
                <Radio key={one.value} value={one.value} label={one.label} />
              ))}
            </Stack>
          </Radio.Group>
          {frequency !== "never" && (
            <TagsInput
              label="Recipients"
              description="Press Enter after each address, or paste a list."
              placeholder={recipients.length === 0 ? "name@example.com" : ""}
              splitChars={[",", ";", " ", "\n"]}
              value={recipients}
              onChange={setRecipients}
              error={recipients.length > 0 && problem}
              inputMode="email"
            />
          )}
          <LastRuns report={report} />
          <FormProblem error={save.error} newer={newer} />
          <Group justify="flex-end" gap="sm">
            <SendNow report={report} changed={changed} />
            <Button type="submit" loading={save.isPending} disabled={!changed || problem !== undefined}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function LastRuns({ report }: { report: Report }) {
  if (report.schedule === null && report.last_run === null) return null;
  return (
    <dl className={classes.facts}>
      {report.next_run && (
        <>
          <dt>Next</dt>
          <dd>{hourLabel(report.next_run)}</dd>
        </>
      )}
      <dt>Last sent</dt>
      <dd>{report.last_run ? hourLabel(report.last_run) : "never"}</dd>
      {report.last_error !== null && (
        <>
          <dt>Last error</dt>
          <dd className={classes.bad}>{report.last_error}</dd>
        </>
      )}
    </dl>
  );
}

/** Goes to whom the saved schedule names, or to oneself where there is none. */
function SendNow({ report, changed }: { report: Report; changed: boolean }) {
  const renew = useRenewReports();
  const send = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/reports/{id}/send", { params: { path: { id: report.id } } })),
    onSettled: renew,
  });
  return (
    <>
      <div className={classes.problem} aria-live="polite">
        {send.data && <Text size="sm">On its way to {send.data.recipients.join(", ")}.</Text>}
        <FormProblem error={send.error} />
        {changed && (
          <Text size="sm" c="dimmed">
            “Send now” goes by what is saved: save your change first.
          </Text>
        )}
      </div>
      <Button
        variant="default"
        leftSection={<IconSend size={16} aria-hidden />}
        loading={send.isPending}
        disabled={changed}
        onClick={() => send.mutate()}
      >
        {report.schedule ? "Send now" : "Send now to me"}
      </Button>
    </>
  );
}
