import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Account } from "../api/types";
import { timeLabel } from "../lib/dates";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import listClasses from "../ui/list-table.module.css";
import classes from "./accounts.module.css";
import { useNameAccounts } from "./queries";

interface Props {
  account: Account;
  onClose: () => void;
}

/** Another name for an account; what it was called before stays known. */
export function NameAccount({ account, onClose }: Props) {
  const present = account.given[0]?.name ?? "";
  const [name, setName] = useState(
    present || (account.account === account.account_id ? "" : account.account),
  );
  const save = useNameAccounts(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate([{ account_id: account.account_id, name: name.trim() }]);
  };
  const reported = account.names[0]?.name;
  return (
    <Dialog opened onClose={onClose} title={`Name account ${account.account_id}`}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description={
              reported
                ? `Shown everywhere, for the past too. Without one: ${reported}, as its bills call it.`
                : "Shown everywhere, for the past too. Its bills have no name for it."
            }
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          {account.given.length > 0 && (
            <div>
              <Text size="sm" fw={600}>
                Names given so far
              </Text>
              <ul className={classes.names}>
                {account.given.map((one) => (
                  <li key={one.since}>
                    {one.name || "None: as in its bills"}
                    <span className={listClasses.sub}>
                      {timeLabel(one.since)}, by {one.by}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )}
          <FormProblem error={save.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === present}>
              {name.trim() === "" ? "Take the name away" : "Save name"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
