import { Button, Skeleton } from "@mantine/core";
import { IconPlus, IconTargetArrow } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { NoDataYet } from "../analysis/empty";
import { api, ifMatch, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { Budget } from "../api/types";
import { Confirm } from "../ui/confirm";
import { Dialog } from "../ui/dialog";
import { Empty } from "../ui/empty";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import classes from "./budgets.module.css";
import { BudgetCard } from "./card";
import { BudgetForm } from "./form";
import { budgetQueries } from "./queries";

const what =
  "A budget is an amount for a month, a quarter or a year of what some filters keep. It shows what was spent and where it will end, and tells by channels when a threshold is reached.";

/** What may be spent, what was, and where it will end. */
export function BudgetsPage() {
  const client = useQueryClient();
  const may = hasRole(useSession(), "editor");
  const { overview, version } = useOverview();
  const marked = useSearch({ strict: false, select: (search) => (search as { budget?: string }).budget });
  const found = useQuery({ ...budgetQueries.all(version), enabled: overview.has_data });
  const [making, setMaking] = useState(false);
  const [editing, setEditing] = useState<Budget>();
  const [going, setGoing] = useState<Budget>();
  const renew = () => client.invalidateQueries({ queryKey: ["budgets"] });
  const remove = useMutation({
    mutationFn: (budget: Budget) =>
      unwrap(
        api.DELETE("/api/v1/budgets/{id}", {
          params: { path: { id: budget.id }, header: ifMatch(budget.version) },
        }),
      ),
    onSuccess: async () => {
      setGoing(undefined);
      await renew();
    },
  });
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      New budget
    </Button>
  );
  if (!overview.has_data) {
    return (
      <>
        <PageHead title="Budgets" lead="What may be spent, what was, and where it will end" />
        <NoDataYet overview={overview} />
      </>
    );
  }
  const budgets = found.data?.budgets ?? [];
  const none = found.data?.part
    ? "Shown are budgets that are wholly about accounts or subsets that you may see; there is none."
    : may
      ? what
      : `${what} Editors make them: ask one, or an administrator for the role.`;
  return (
    <>
      <PageHead
        title="Budgets"
        lead={
          found.data?.part
            ? "Those that are wholly about accounts that you may see"
            : "What may be spent, what was, and where it will end"
        }
      >
        {may && budgets.length > 0 && make}
      </PageHead>
      {found.error ? (
        <div className="card">
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        </div>
      ) : !found.data ? (
        <div className={classes.cards} aria-busy="true">
          <Skeleton height={300} radius={12} />
          <Skeleton height={300} radius={12} />
        </div>
      ) : budgets.length === 0 ? (
        <div className="card">
          <Empty icon={IconTargetArrow} title="No budget exists yet" text={none}>
            {may && make}
          </Empty>
        </div>
      ) : (
        <div className={classes.cards}>
          {budgets.map((budget) => (
            <BudgetCard
              key={budget.id}
              budget={budget}
              marked={budget.id === marked}
              may={may}
              onEdit={() => setEditing(budget)}
              onRemove={() => {
                remove.reset();
                setGoing(budget);
              }}
            />
          ))}
        </div>
      )}
      <Dialog opened={making} onClose={() => setMaking(false)} title="New budget" size="lg">
        <BudgetForm onSaved={renew} onDone={() => setMaking(false)} />
      </Dialog>
      <Dialog
        opened={editing !== undefined}
        onClose={() => setEditing(undefined)}
        title={`Edit ${editing?.name ?? ""}`}
        size="lg"
      >
        {editing && <BudgetForm budget={editing} onSaved={renew} onDone={() => setEditing(undefined)} />}
      </Dialog>
      <Confirm
        title={`Delete ${going?.name ?? ""}?`}
        action="Delete"
        opened={going !== undefined}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => going && remove.mutate(going)}
        onClose={() => setGoing(undefined)}
      >
        It tells nothing any more, and the amounts that its periods had go with it. Costs stay as they are.
      </Confirm>
    </>
  );
}
