import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../api/client";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { PageLoading } from "../ui/page-loading";
import { readSpellings, type SpeltValue, spellingsText } from "./spellings-list";

interface Props {
  tagKey: string;
  onClose: () => void;
}

/** Which values of a tag are one, though they are written in different ways. */
export function Spellings({ tagKey, onClose }: Props) {
  const found = useQuery({
    queryKey: ["tag-spellings"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/tag-spellings", { signal })),
  });
  const known = found.data?.tags.find((one) => one.key === tagKey)?.values ?? [];
  return (
    <Dialog opened onClose={onClose} title={`Spellings of tag ${tagKey}`} size="lg">
      {found.data && !found.error ? (
        <Form tagKey={tagKey} known={known} onClose={onClose} />
      ) : (
        <PageLoading query={found} heights={[180]} />
      )}
    </Dialog>
  );
}

function Form({ tagKey, known, onClose }: Props & { known: readonly SpeltValue[] }) {
  const client = useQueryClient();
  const [text, setText] = useState(() => spellingsText(known));
  const values = readSpellings(text);
  const save = useMutation({
    mutationFn: (list: SpeltValue[]) =>
      unwrap(api.PUT("/api/v1/tag-spellings", { body: { key: tagKey, values: list } })),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  const wrong = typeof values === "string" ? values : undefined;
  return (
    <Stack>
      <Textarea
        label="Values and their other spellings"
        description="A line for each value: the value, an equals sign, and what else stands for it, separated by commas. Upper and lower case and blanks around values never count where they are merged. For everybody in the organization."
        placeholder={"production = prod, prd, live\ntest = tst, qa"}
        autosize
        minRows={6}
        maxRows={16}
        value={text}
        error={text.trim() !== "" ? wrong : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <FormProblem error={save.error} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          loading={save.isPending}
          disabled={wrong !== undefined}
          onClick={() => typeof values !== "string" && save.mutate(values)}
        >
          Save spellings
        </Button>
      </Group>
    </Stack>
  );
}
