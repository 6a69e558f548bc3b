import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { counted } from "../lib/quantity";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import type { Workload } from "./types";
import { nameOf } from "./workload-rows";

interface Props {
  workloads: readonly Workload[];
  opened: boolean;
  pending: boolean;
  error: unknown;
  onExclude: (reason: string) => void;
  onClose: () => void;
}

/** Why workloads may not be interrupted: asked before they leave every total. */
export function ExcludeDialog(props: Props) {
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title="Exclude from spot">
      <Question {...props} />
    </Dialog>
  );
}

function Question({ workloads, pending, error, onExclude, onClose }: Props) {
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onExclude(reason.trim());
  };
  const [first, second, third, ...more] = workloads.map(nameOf);
  const names = [first, second, third].filter(Boolean).join(", ");
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          {names}
          {more.length > 0 && ` and ${counted(more.length, "other")}`} will not be counted as what spot could
          save, on any tab, for anybody of the organization. It stands in the audit log and can be taken back.
        </Text>
        <TextInput
          label="Reason"
          description="For whoever wonders later"
          placeholder="Stateful, must not be interrupted"
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <FormProblem error={error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={reason.trim() === ""}>
            Exclude {counted(workloads.length, "workload")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
