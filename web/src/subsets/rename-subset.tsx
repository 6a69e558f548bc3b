import { useState } from "react";
import type { SubsetDetails } from "../api/types";
import { Dialog } from "../ui/dialog";
import { NameForm } from "../ui/name-form";
import { followed } from "../ui/use-version";
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
  const [loaded, setLoaded] = useState(subset);
  const version = followed(loaded.version, subset.version);
  const change = useChangeSubset({ id: subset.id, version });
  const stand = () => {
    setLoaded(subset);
    change.reset();
  };
  return (
    <NameForm
      name={name}
      onName={setName}
      action="Rename"
      description="Links and saved reports that are narrowed to the subset by its old name find nothing afterwards."
      pending={change.isPending}
      error={change.error}
      newer={{
        differences: [{ name: "Name", mine: name.trim(), theirs: subset.name }],
        onMine: stand,
        onTheirs: () => {
          setName(subset.name);
          stand();
        },
      }}
      onSubmit={() => change.mutate({ name: name.trim() }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
