import { Button, Group } from "@mantine/core";
import { IconSettings, IconShieldCheck, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { queries } from "../api/queries";
import { hasRole, useSession } from "../api/session";
import { whileUntold } from "../api/told";
import type { Connection } from "../api/types";
import { hourLabel } from "../lib/dates";
import { ago } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { LinkButton } from "../ui/link-button";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { ReadingActions } from "./actions";
import { BillChoices } from "./bill-choices";
import { BillDiffMails } from "./bill-diff-mails";
import { Changes } from "./changes";
import { Checks } from "./checks";
import { Customers } from "./customers";
import { EarlierMonths } from "./earlier-months";
import { Files } from "./files";
import classes from "./health.module.css";
import { History } from "./history";
import { Ingests } from "./ingests";
import { Jobs } from "./jobs";
import { kinds, placeOf } from "./kinds";
import { connectionQueries } from "./queries";
import { ReadingFailure } from "./reading-failure";
import { RemoveConnection } from "./remove";
import { StateBadge } from "./state-badge";
import { useProcessing } from "./use-processing";
import { useVerification } from "./use-verification";

/** How a connection is: its checks, what was read and proven, what restated months changed. */
export function ConnectionPage() {
  const { id } = useParams({ from: "/shell/connections/$id" });
  const found = useQuery({ ...connectionQueries.one(id), refetchInterval: () => whileUntold(30_000) });
  if (found.error || !found.data) return <PageLoading query={found} heights={[320]} />;
  return <Health connection={found.data} />;
}

function Health({ connection }: { connection: Connection }) {
  const session = useSession();
  const { data: overview } = useQuery(queries.overview());
  const verification = useVerification(connection.id);
  const [removing, setRemoving] = useState(false);
  const processing = useProcessing(connection.id);
  const [error, setError] = useState<unknown>();
  const administrator = hasRole(session, "administrator");
  const deliveries = processing.data?.deliveries;
  // Read through the provider's connection: checked and set up there.
  const shared = connection.kind === "shared";
  const through = overview?.periods
    .filter((one) => one.connection === connection.id)
    .map((one) => one.published_at)
    .sort()
    .at(-1);
  return (
    <>
      <PageHead
        title={connection.name}
        lead={[kinds[connection.kind].title, placeOf(connection)].filter(Boolean).join(" · ")}
      >
        <StateBadge state={connection.state} paused={connection.paused} />
      </PageHead>
      <Group gap="sm" mb="lg">
        <ReadingActions connection={connection} processing={processing.data} onError={setError} />
        {administrator && !shared && (
          <>
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={16} aria-hidden />}
              loading={verification.state.kind === "running"}
              onClick={verification.start}
            >
              Verify again
            </Button>
            <LinkButton
              to="/connections/$id/set-up"
              params={{ id: connection.id }}
              search={{ step: connection.kind === "aws_role" ? "log-in" : "source" }}
              variant="default"
              leftSection={<IconSettings size={16} aria-hidden />}
            >
              Settings
            </LinkButton>
          </>
        )}
        {administrator && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setRemoving(true)}
          >
            Remove
          </Button>
        )}
      </Group>
      <FormProblem error={error ?? verification.error} />
      {connection.paused && (
        <p role="status" className={`card ${classes.part}`}>
          This connection is paused: it is neither read nor checked, and nobody is told that nothing comes.
          What was read before stays.
        </p>
      )}
      {processing.data && <ReadingFailure processing={processing.data} />}
      <BillChoices connection={connection} />
      <dl className={classes.facts}>
        <Fact name="Last refresh">{through ? ago(through) : "nothing was read yet"}</Fact>
        <Fact name="Data through">
          {deliveries?.data_through
            ? `${hourLabel(deliveries.data_through)} (${ago(deliveries.data_through)})`
            : "no data yet"}
        </Fact>
        {!shared && deliveries?.last_at && (
          <Fact name="Last new delivery">
            {ago(deliveries.last_at)}
            {deliveries.expected_by &&
              (deliveries.stopped
                ? `; the next was expected by ${hourLabel(deliveries.expected_by)}`
                : `; the next is expected by ${hourLabel(deliveries.expected_by)}`)}
          </Fact>
        )}
        <Fact name="Looks for deliveries">every {connection.poll_minutes} minutes</Fact>
        {shared ? (
          <Fact name="Accounts">{connection.accounts.join(" ")}</Fact>
        ) : (
          <Fact name="Last checked">
            {connection.verification ? ago(connection.verification.at) : "never"}
          </Fact>
        )}
        {connection.verification?.account_id && (
          <Fact name="Account">
            {connection.verification.account_id}
            {connection.verification.management_account === true && ", management account"}
            {connection.verification.management_account === false &&
              ", a member account: it sees its own costs alone"}
          </Fact>
        )}
      </dl>
      {!shared && (
        <section className={`card ${classes.part}`} aria-labelledby="checks">
          <h2 id="checks">Checks</h2>
          <Checks state={verification.state} />
        </section>
      )}
      {processing.data && <EarlierMonths months={processing.data.months} />}
      <History connection={connection} />
      {!shared && <Files connection={connection} />}
      {administrator && !shared && connection.state !== "draft" && <Customers connection={connection} />}
      <Changes connection={connection} />
      <BillDiffMails connection={connection} />
      <Ingests connection={connection} />
      <Jobs connection={connection} />
      <RemoveConnection connection={connection} opened={removing} onClose={() => setRemoving(false)} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="card">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
