import { Button, Group } from "@mantine/core";
import { IconArrowsExchange, IconFolders, IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { hasRole, useSession } from "../api/session";
import type { SubsetDetails, Subsets } from "../api/types";
import { counted, formatCount } from "../lib/quantity";
import { Empty } from "../ui/empty";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { useOverview } from "../ui/use-overview";
import { SubsetAccountsDialog } from "./accounts-dialog";
import { BillingRules } from "./billing-form";
import { subsetQueries } from "./queries";
import { RemoveSubsets } from "./remove-subsets";
import { RenameSubset } from "./rename-subset";
import { SubsetAccounts } from "./subset-accounts";
import { SubsetCurrency, useChosenCurrency } from "./subset-currency";
import { SubsetFacts } from "./subset-facts";
import classes from "./subsets.module.css";

/** One subset: its figures, the same per account, and what is charged for it. */
export function SubsetPage() {
  const { id } = useParams({ from: "/shell/allocation/subsets/$id" });
  const currency = useChosenCurrency();
  const { version } = useOverview();
  const found = useQuery(subsetQueries.one(version, id, currency));
  // The list knows the months and the currency, and where other accounts belong.
  const all = useQuery(subsetQueries.all(version, currency));
  if (found.error || all.error || !found.data || !all.data) {
    return <PageLoading query={found.error ? found : all} heights={[84, 300]} />;
  }
  return <Details key={id} subset={found.data} all={all.data} />;
}

type Task = "rename" | "accounts" | "remove";

function Details({ subset, all }: { subset: SubsetDetails; all: Subsets }) {
  const may = hasRole(useSession(), "editor");
  const navigate = useNavigate();
  const [task, setTask] = useState<Task>();
  const close = () => setTask(undefined);
  const count = subset.accounts.length;
  const choose = (
    <Button
      variant={count === 0 ? "filled" : "default"}
      leftSection={<IconArrowsExchange size={16} aria-hidden />}
      onClick={() => setTask("accounts")}
    >
      Change accounts
    </Button>
  );
  return (
    <>
      <PageHead
        title={subset.name}
        lead={`${counted(count, "account")} of ${formatCount(all.whole.accounts)}. Costs are amortized.`}
      >
        <SubsetCurrency />
        {may && (
          <Group gap="sm">
            {count > 0 && choose}
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => setTask("rename")}
            >
              Rename
            </Button>
            <Button
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => setTask("remove")}
            >
              Delete
            </Button>
          </Group>
        )}
      </PageHead>
      <SubsetFacts sums={subset.sums} terms={all} charged={subset.billing !== null} />
      <section className={`card ${classes.card} ${classes.section}`} aria-labelledby="accounts">
        <h2 className={classes.title} id="accounts">
          Accounts
        </h2>
        {count === 0 ? (
          <Empty
            icon={IconFolders}
            title="No account belongs to it"
            text={
              may
                ? "Any account that is seen in the data can be assigned; one of another subset moves here."
                : "Editors assign accounts."
            }
          >
            {may && choose}
          </Empty>
        ) : (
          <SubsetAccounts subset={subset} terms={all} />
        )}
      </section>
      <BillingRules subset={subset} currency={all.currency} may={may} />
      <RenameSubset subset={subset} opened={task === "rename"} onClose={close} />
      <SubsetAccountsDialog
        subset={subset}
        subsets={all.subsets}
        opened={task === "accounts"}
        onClose={close}
      />
      <RemoveSubsets
        subsets={[subset]}
        opened={task === "remove"}
        onClose={close}
        onRemoved={() => navigate({ to: "/subsets", ignoreBlocker: true })}
      />
    </>
  );
}
