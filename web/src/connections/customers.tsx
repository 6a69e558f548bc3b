import { Alert, Button, Group, Skeleton, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { Connection } from "../api/types";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { linesBeside, listText, losing, readList } from "./account-list";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";
import { StateBadge } from "./state-badge";

const columns = [{ name: "Organization" }, { name: "Accounts" }, { name: "State" }] as const;

/** For managed service providers: one bill, split among customers by an account list. */
export function Customers({ connection }: { connection: Connection }) {
  const found = useQuery(connectionQueries.customers(connection.id));
  const [editing, setEditing] = useState(false);
  const customers = found.data?.customers ?? [];
  return (
    <section className={`card ${classes.part}`} aria-labelledby="customers">
      <h2 id="customers">Customers</h2>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={44} aria-busy="true" />
      ) : customers.length === 0 ? (
        <p className={listClasses.none}>
          Does this bill hold the accounts of several customers? Give each its own organization: its people
          see their accounts, and nothing of the others.
        </p>
      ) : (
        <div className={classes.table}>
          <ListTable label="Customers of this bill" columns={columns}>
            {customers.map((one) => (
              <tr key={one.organization_id}>
                <th scope="row">{one.organization}</th>
                <td>{one.accounts.join(" ")}</td>
                <td>
                  <StateBadge state={one.state} />
                </td>
              </tr>
            ))}
          </ListTable>
        </div>
      )}
      <Group mt="md">
        <Button variant="default" disabled={!found.data} onClick={() => setEditing(true)}>
          {customers.length === 0 ? "Split this bill" : "Edit the account list"}
        </Button>
      </Group>
      {editing && (
        <AccountList
          connection={connection}
          now={listText(customers)}
          version={found.data?.version ?? ""}
          onClose={() => setEditing(false)}
        />
      )}
    </section>
  );
}

function AccountList({
  connection,
  now,
  version,
  onClose,
}: {
  connection: Connection;
  /** The list as it is, which somebody else may change while this is open. */
  now: string;
  version: string;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [loaded, setLoaded] = useState({ list: now, version });
  const before = loaded.list;
  const [text, setText] = useState(before);
  const list = readList(text);
  const seen = readList(before);
  const losers = typeof list === "string" || typeof seen === "string" ? [] : losing(seen, list);
  const save = useMutation({
    mutationFn: (accounts: Exclude<typeof list, string>) =>
      unwrap(
        api.PUT("/api/v1/connections/{id}/customers", {
          params: { path: { id: connection.id }, header: ifMatch(loaded.version) },
          body: { accounts },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(connectionQueries.customers(connection.id).queryKey, saved);
      // Organizations may have been made: the menu lists them.
      void client.invalidateQueries({ queryKey: ["session"] });
      onClose();
    },
  });
  const stand = () => {
    setLoaded({ list: now, version });
    save.reset();
  };
  return (
    <Dialog opened onClose={onClose} title="Account list">
      <Text size="sm" mb="sm">
        One account a line: its ID, a comma, the name of the customer’s organization. Organizations that do
        not exist are made, with you as administrator. Who is not in the list any more keeps nothing of this
        bill.
      </Text>
      <FormProblem
        error={save.error}
        newer={{
          differences: [
            {
              name: "Lines that the other has not",
              mine: linesBeside(text, now),
              theirs: linesBeside(now, text),
            },
          ],
          onMine: stand,
          onTheirs: () => {
            setText(now);
            stand();
          },
        }}
      />
      <Textarea
        label="Accounts and their organizations"
        placeholder={"111111111111, Acme\n222222222222, Borealis"}
        autosize
        minRows={6}
        maxRows={16}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={text}
        error={typeof list === "string" && list}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {losers.length > 0 && (
        <Alert color="red" mt="md" title={`${losers.join(", ")}: what they have of this bill is removed`}>
          Accounts were taken out. Whoever keeps others gets those read anew; whoever has none left sees
          nothing of this bill any more.
        </Alert>
      )}
      <Group mt="md" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          color={losers.length > 0 ? "red" : "azure"}
          loading={save.isPending}
          disabled={typeof list === "string"}
          onClick={() => typeof list !== "string" && save.mutate(list)}
        >
          {losers.length > 0 ? "Split the bill and remove their data" : "Split the bill"}
        </Button>
      </Group>
    </Dialog>
  );
}
