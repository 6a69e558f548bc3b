import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, unwrap } from "../api/client";
import type { VirtualTag } from "../api/types";
import { Confirm } from "../ui/confirm";

interface Props {
  tag: VirtualTag | undefined;
  onClose: () => void;
  /** Waited for: the page of the tag is left before the list is without it. */
  onRemoved?: () => Promise<void>;
}

/** Asks before a virtual tag is deleted; open while there is one to ask about. */
export function RemoveTag({ tag, onClose, onRemoved }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ id, version }: VirtualTag) =>
      unwrap(
        api.DELETE("/api/v1/virtual-tags/{id}", {
          params: { path: { id }, header: ifMatch(version) },
        }),
      ),
    onSuccess: async () => {
      await onRemoved?.();
      onClose();
      await client.invalidateQueries();
    },
  });
  return (
    <Confirm
      title={`Delete ${tag?.name ?? ""}?`}
      action="Delete"
      opened={tag !== undefined}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => tag && remove.mutate(tag)}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    >
      Its tab leaves Cost Analysis, and saved reports or shared-cost rules that use it stop working. No cost
      is touched.
    </Confirm>
  );
}
