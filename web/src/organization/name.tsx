import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import { useSession } from "../api/session";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";

/** Gives the organization another name. */
export function OrganizationName() {
  const { organization } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState<string>();
  // Of the name as it was when the dialog was opened.
  const [version, setVersion] = useState("");
  const rename = useMutation({
    mutationFn: (next: string) =>
      unwrap(
        api.PATCH("/api/v1/organization", { params: { header: ifMatch(version) }, body: { name: next } }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries();
      setName(undefined);
    },
  });
  const stand = () => {
    setVersion(organization?.version ?? "");
    rename.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name !== undefined) rename.mutate(name);
  };
  return (
    <>
      <Button
        variant="default"
        size="xs"
        onClick={() => {
          setVersion(organization?.version ?? "");
          setName(organization?.name ?? "");
        }}
      >
        Rename
      </Button>
      <Dialog opened={name !== undefined} onClose={() => setName(undefined)} title="Rename the organization">
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label="Name"
              required
              value={name ?? ""}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <FormProblem
              error={rename.error}
              newer={{
                differences: [{ name: "Name", mine: name ?? "", theirs: organization?.name ?? "" }],
                onMine: stand,
                onTheirs: () => {
                  setName(organization?.name ?? "");
                  stand();
                },
              }}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={rename.isPending}>
                Rename
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
    </>
  );
}
