import { Button, FileButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import type { Account } from "../api/types";
import { formatCount } from "../lib/quantity";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { readNames } from "./names-list";
import { useNameAccounts } from "./queries";

interface Props {
  accounts: readonly Account[];
  onClose: () => void;
}

/** Many names at once: a list that is pasted, or a file of a spreadsheet. */
export function NamesDialog({ accounts, onClose }: Props) {
  const [text, setText] = useState("");
  const save = useNameAccounts(onClose);
  const names = readNames(text);
  const known = new Map(accounts.map((one) => [one.account_id, one.account]));
  const wrong = typeof names === "string" ? names : undefined;
  const list = typeof names === "string" ? [] : names;
  const strangers = list.filter((one) => !known.has(one.account_id)).length;
  const changed = list.filter((one) => known.get(one.account_id) !== one.name).length;
  return (
    <Dialog opened onClose={onClose} title="Name accounts by a list" size="lg">
      <Stack>
        <Textarea
          label="Accounts and names"
          description="A line for each account: its number, a comma, its name. Accounts that are not in the list stay as they are; an empty name takes one away."
          placeholder={"111122223333, Production\n444455556666, Test"}
          autosize
          minRows={8}
          maxRows={16}
          value={text}
          error={text.trim() !== "" ? wrong : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <FileButton
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(file) => file && void file.text().then(setText)}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="xs"
              w="fit-content"
              leftSection={<IconUpload size={15} aria-hidden />}
            >
              Take a CSV file
            </Button>
          )}
        </FileButton>
        {list.length > 0 && (
          <Text size="sm" c="dimmed" role="status">
            {formatCount(changed)} of {formatCount(list.length)} get another name.
            {strangers > 0 && ` ${formatCount(strangers)} of them are in no bill so far.`}
          </Text>
        )}
        <FormProblem error={save.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={save.isPending} disabled={list.length === 0} onClick={() => save.mutate(list)}>
            Save names
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
