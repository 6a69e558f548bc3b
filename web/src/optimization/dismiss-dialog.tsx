import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { addDays, dayLabel } from "../lib/dates";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { resourceOf } from "./finding-rows";
import type { Dismissal, Finding } from "./types";

interface Props {
  finding: Finding | undefined;
  title: string;
  /** Where the data ends: what is put away for 30 days is from there on. */
  through: string | null;
  pending: boolean;
  error: unknown;
  onDismiss: (dismissal: Dismissal) => void;
  onClose: () => void;
}

/** Why a finding is put away, and for how long. */
export function DismissDialog(props: Props) {
  const { finding, onClose } = props;
  return (
    <Dialog opened={finding !== undefined} onClose={onClose} title="Dismiss this finding">
      {finding && <Question {...props} finding={finding} />}
    </Dialog>
  );
}

const spans = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "For good" },
];

function Question({
  finding,
  title,
  through,
  pending,
  error,
  onDismiss,
  onClose,
}: Props & { finding: Finding }) {
  const [reason, setReason] = useState("");
  const [days, setDays] = useState("90");
  const today = new Date().toISOString().slice(0, 10);
  const start = through !== null && through.slice(0, 10) > today ? through.slice(0, 10) : today;
  const until = days === "" ? null : addDays(start, Number(days));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { rule, resource_id, account_id, region } = finding;
    onDismiss({ rule, resource_id, account_id, region, reason: reason.trim(), until });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          {title}, <strong>{resourceOf(finding)}</strong>. It leaves every total, for everybody of the
          organization, and stands in the audit log.
        </Text>
        <TextInput
          label="Reason"
          description="For whoever wonders later"
          placeholder="Kept for the disaster drill"
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <div>
          <Text size="sm" fw={500} mb={4} id="dismissed-for">
            For how long
          </Text>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-labelledby="dismissed-for"
            data={spans}
            value={days}
            onChange={setDays}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {until === null
              ? "Until somebody takes it back."
              : `Until ${dayLabel(until)}; then it stands again.`}
          </Text>
        </div>
        <FormProblem error={error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={reason.trim() === ""}>
            Dismiss
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
