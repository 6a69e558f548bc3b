import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountQueries } from "../accounts/queries";
import type { Subset, SubsetDetails } from "../api/types";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { followed } from "../ui/use-version";
import { useChangeSubset } from "./queries";
import { homes } from "./transfer";
import { TransferList } from "./transfer-list";

interface Props {
  subset: SubsetDetails;
  /** All subsets, for what accounts belong to now. */
  subsets: readonly Subset[];
  opened: boolean;
  onClose: () => void;
}

/** Which accounts a subset holds. */
export function SubsetAccountsDialog({ subset, subsets, opened, onClose }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Accounts of ${subset.name}`} size="xl">
      <Form subset={subset} subsets={subsets} onClose={onClose} />
    </Dialog>
  );
}

function Form({ subset, subsets, onClose }: Omit<Props, "opened">) {
  const { version: data } = useOverview();
  const accounts = useQuery(accountQueries.all(data));
  const [chosen, setChosen] = useState(subset.account_ids);
  const [loaded, setLoaded] = useState(subset);
  const version = followed(loaded.version, subset.version);
  const change = useChangeSubset({ id: subset.id, version });
  const stand = () => {
    setLoaded(subset);
    change.reset();
  };
  const only = (these: readonly string[], those: readonly string[]) =>
    these.filter((one) => !those.includes(one)).join(" ");
  const newer = {
    differences: [
      {
        name: "Accounts that the other has not",
        mine: only(chosen, subset.account_ids),
        theirs: only(subset.account_ids, chosen),
      },
    ],
    onMine: stand,
    onTheirs: () => {
      setChosen(subset.account_ids);
      stand();
    },
  };
  const save = () => change.mutate({ account_ids: chosen }, { onSuccess: onClose });
  if (accounts.error) return <Problem error={accounts.error} onRetry={() => void accounts.refetch()} />;
  if (!accounts.data) {
    return (
      <div aria-busy="true">
        <Skeleton height={380} />
      </div>
    );
  }
  return (
    <Stack>
      <TransferList
        accounts={accounts.data.accounts}
        home={homes(subsets, subset.id)}
        before={subset.account_ids}
        value={chosen}
        onChange={setChosen}
      />
      <FormProblem error={change.error} newer={newer} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={change.isPending} onClick={save}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
