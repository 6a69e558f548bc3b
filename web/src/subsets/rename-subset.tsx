import { useState } from "react";
import type { SubsetDetails } from "../api/types";
import { Dialog } from "../ui/dialog";
import { NameForm } from "../ui/name-form";
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
  const [loaded] = useState(subset);
  const change = useChangeSubset(loaded);
  return (
    <NameForm
      name={name}
      onName={setName}
      action="Rename"
      description="Links and saved reports that are narrowed to the subset by its old name find nothing afterwards."
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ name: name.trim() }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
