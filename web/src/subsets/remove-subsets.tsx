import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { Subset } from "../api/types";
import { counted, formatCount } from "../lib/quantity";
import { Confirm } from "../ui/confirm";
import { useRenewFigures } from "./queries";

interface Props {
  subsets: readonly Pick<Subset, "id" | "name" | "account_ids" | "version">[];
  opened: boolean;
  onClose: () => void;
  /** Waited for: a page that shows one of them is left before its figures are asked for anew. */
  onRemoved: () => void | Promise<void>;
}

/** Asks before one or several subsets are deleted, and says what becomes of their accounts. */
export function RemoveSubsets({ subsets, opened, onClose, onRemoved }: Props) {
  const renew = useRenewFigures();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/subsets", {
          params: {
            query: {
              id: subsets.map((subset) => subset.id),
              version: subsets.map((subset) => subset.version),
            },
          },
        }),
      ),
    onSuccess: async () => {
      await onRemoved();
      await renew();
    },
  });
  const count = subsets.reduce((sum, subset) => sum + subset.account_ids.length, 0);
  const [only] = subsets;
  const what = subsets.length === 1 && only ? only.name : `${formatCount(subsets.length)} subsets`;
  return (
    <Confirm
      title={`Delete ${what}?`}
      action="Delete"
      opened={opened}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    >
      {subsets.length > 1 && <>{subsets.map((subset) => subset.name).join(", ")}. </>}
      {count === 0
        ? "No account is touched."
        : `${counted(count, "account becomes", "accounts become")} unassigned.`}{" "}
      Billing rules go with the subset; costs stay as they are.
    </Confirm>
  );
}
