import { Skeleton } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountQueries } from "../accounts/queries";
import { api, unwrap } from "../api/client";
import { Dialog } from "../ui/dialog";
import { NameForm } from "../ui/name-form";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { subsetQueries, useRenewFigures } from "./queries";
import { homes } from "./transfer";
import { TransferList } from "./transfer-list";

/** Makes a subset of a name and accounts; its billing rules follow on its page. */
export function NewSubset({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="New subset" size="xl">
      <Form onClose={onClose} />
    </Dialog>
  );
}

/** Mounted with the dialog: what was entered is gone when it closes. */
function Form({ onClose }: { onClose: () => void }) {
  const { version } = useOverview();
  const accounts = useQuery(accountQueries.all(version));
  const subsets = useQuery(subsetQueries.all(version));
  const navigate = useNavigate();
  const renew = useRenewFigures();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const make = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/subsets", { body: { name: name.trim(), account_ids: chosen, billing: null } }),
      ),
    onSuccess: async (made) => {
      await navigate({ to: "/subsets/$id", params: { id: made.id } });
      await renew();
    },
  });
  return (
    <NameForm
      name={name}
      onName={setName}
      action="Make the subset"
      pending={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      {accounts.error ? (
        <Problem error={accounts.error} onRetry={() => void accounts.refetch()} />
      ) : !accounts.data ? (
        <div aria-busy="true">
          <Skeleton height={380} />
        </div>
      ) : (
        <TransferList
          accounts={accounts.data.accounts}
          home={homes(subsets.data?.subsets ?? [], undefined)}
          before={[]}
          value={chosen}
          onChange={setChosen}
        />
      )}
    </NameForm>
  );
}
