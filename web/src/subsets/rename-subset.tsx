import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { SubsetDetails } from "../api/types";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { useChangeSubset } from "./queries";

interface Props {
  subset: SubsetDetails;
  opened: boolean;
  onClose: () => void;
}

export function RenameSubset({ subset, opened, onClose }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Rename ${subset.name}`}>
      <Form subset={subset} onClose={onClose} />
    </Dialog>
  );
}

function Form({ subset, onClose }: Omit<Props, "opened">) {
  const [name, setName] = useState(subset.name);
  const change = useChangeSubset(subset.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim() }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="Links and saved reports that are narrowed to the subset by its old name find nothing afterwards."
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <FormProblem error={change.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
