import { Switch, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { Report } from "../api/types";
import { Dialog } from "../ui/dialog";
import { NameForm } from "../ui/name-form";
import { useChangeReport, useRenewReports } from "./queries";

/** Keeps the page as it is now under a name. Mounted with its question, so that every one starts empty. */
export function SaveReport({
  address,
  onSaved,
  onClose,
}: {
  address: string;
  onSaved: (report: Report) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const session = useSession();
  const renew = useRenewReports();
  const save = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/reports", { body: { name: name.trim(), address, shared } })),
    onSuccess: async (report) => {
      await renew();
      onSaved(report);
    },
  });
  return (
    <Dialog opened onClose={onClose} title="Save report">
      <NameForm
        name={name}
        onName={setName}
        action="Save"
        description="Tab, filters, view and metric of this page are kept under it."
        pending={save.isPending}
        error={save.error}
        onSubmit={() => save.mutate()}
        onClose={onClose}
      >
        {session.user === null ? (
          <Text size="sm" c="dimmed">
            Nobody is signed in here: the report is everybody’s.
          </Text>
        ) : hasRole(session, "editor") ? (
          <Switch
            label="Share with the organization"
            description="Everybody in it can open the report; you and other editors can change it."
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        ) : (
          <Text size="sm" c="dimmed">
            Only you will see it. Sharing with the organization is for editors.
          </Text>
        )}
      </NameForm>
    </Dialog>
  );
}

export function RenameReport({ report, onClose }: { report: Report; onClose: () => void }) {
  const [name, setName] = useState(report.name);
  const rename = useChangeReport();
  const [loaded, setLoaded] = useState(report);
  const stand = () => {
    setLoaded(report);
    rename.reset();
  };
  return (
    <Dialog opened onClose={onClose} title={`Rename ${report.name}`}>
      <NameForm
        name={name}
        onName={setName}
        action="Rename"
        pending={rename.isPending}
        error={rename.error}
        newer={{
          differences: [{ name: "Name", mine: name.trim(), theirs: report.name }],
          onMine: stand,
          onTheirs: () => {
            setName(report.name);
            stand();
          },
        }}
        onSubmit={() =>
          rename.mutate({ report: loaded, change: { name: name.trim() } }, { onSuccess: onClose })
        }
        onClose={onClose}
      />
    </Dialog>
  );
}
