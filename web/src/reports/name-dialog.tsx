import { Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import type { Report } from "../api/types";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { useChangeReport, useRenewReports } from "./queries";

/** Keeps the page as it is now under a name. Mounted with its question, so that every one starts empty. */
export function SaveReport({
  address,
  onSaved,
  onClose,
}: {
  address: string;
  onSaved: (report: Report) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const renew = useRenewReports();
  const save = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/reports", { body: { name: name.trim(), address, shared } })),
    onSuccess: async (report) => {
      await renew();
      onSaved(report);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title="Save report">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description="Tab, filters, view and metric of this page are kept under it."
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Switch
            label="Share with the organization"
            description="Everybody in it can open the report; only you and administrators can change it."
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          <FormProblem error={save.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function RenameReport({ report, onClose }: { report: Report; onClose: () => void }) {
  const [name, setName] = useState(report.name);
  const rename = useChangeReport();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ id: report.id, change: { name: name.trim() } }, { onSuccess: onClose });
  };
  return (
    <Dialog opened onClose={onClose} title={`Rename ${report.name}`}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <FormProblem error={rename.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={rename.isPending} disabled={name.trim() === ""}>
              Rename
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
