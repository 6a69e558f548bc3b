import { Button, Group, Stack, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { Newer } from "./conflict";
import { FormProblem } from "./form-problem";

interface Props {
  name: string;
  onName: (name: string) => void;
  /** What is done with the name, on the button. */
  action: string;
  description?: string;
  pending: boolean;
  error: Error | null;
  newer?: Newer;
  onSubmit: () => void;
  onClose: () => void;
  /** What is asked besides the name. */
  children?: ReactNode;
}

/** The form of a dialog that names something. */
export function NameForm(props: Props) {
  const { name, onName, action, description, pending, error, newer, onSubmit, onClose, children } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description={description}
          required
          maxLength={200}
          value={name}
          onChange={(event) => onName(event.currentTarget.value)}
          data-autofocus
        />
        {children}
        <FormProblem error={error} newer={newer} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={name.trim() === ""}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
