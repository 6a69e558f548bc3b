import { Button, Radio, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconCheck, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Command } from "../../ui/command";
import { connectionQueries } from "../queries";
import { partitions } from "../rules";
import type { StepProps } from "../wizard";
import classes from "../wizard.module.css";
import { reports, useReport } from "./report-choice";

/** A page of the customer's console, in another window. */
export function ConsoleLink({ href, children }: { href: string | undefined; children: string }) {
  return (
    <Button
      component="a"
      href={href ?? "#"}
      {...(href === undefined && { "data-disabled": true })}
      target="_blank"
      rel="noreferrer"
      variant="default"
      rightSection={<IconExternalLink size={16} aria-hidden />}
    >
      {children}
    </Button>
  );
}

export function LogInStep({ connection, saving, onNext, onSave }: StepProps) {
  const { data } = useQuery(connectionQueries.all());
  const links = useQuery(connectionQueries.links(connection));
  const [name, setName] = useState(connection.name);
  // A first registration is asked for its partition; who adds another account has answered already.
  const first = !data?.connections.some(
    (one) => one.kind === "aws_role" && one.id !== connection.id && one.state !== "draft",
  );
  const [changing, setChanging] = useState(false);
  return (
    <>
      <p>
        Log in to the <b>management account</b> of your AWS organization, the one that pays the bill. Stay
        logged in: the next steps open pages of its console.
      </p>
      <div className={classes.form}>
        {first || changing ? (
          <div>
            <Text size="sm" fw={500} mb={6} id="partition-label">
              AWS partition
            </Text>
            <SegmentedControl
              aria-labelledby="partition-label"
              data={Object.entries(partitions).map(([value, label]) => ({ value, label }))}
              value={connection.partition}
              onChange={(partition) => onSave({ partition })}
            />
          </div>
        ) : (
          <Text size="sm">
            Partition: {partitions[connection.partition]}{" "}
            <Button variant="subtle" size="compact-xs" onClick={() => setChanging(true)}>
              Change
            </Button>
          </Text>
        )}
        <TextInput
          label="Name of this connection"
          description="As it appears in lists, such as the company's name"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div className={classes.actions}>
        <ConsoleLink href={links.data?.console}>Log in to the AWS console</ConsoleLink>
        <Button
          loading={saving}
          disabled={name.trim() === ""}
          onClick={() => onNext(name.trim() === connection.name ? {} : { name: name.trim() })}
        >
          I am logged in
        </Button>
      </div>
    </>
  );
}

export function BillingAccessStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  return (
    <>
      <p>
        A role can see billing data only where the account allows it. Open the account page, find{" "}
        <b>IAM user and role access to billing information</b>, choose Edit, tick <b>Activate IAM Access</b>,
        and update. Only the root user sees this setting.
      </p>
      <p className={classes.muted}>It is on already in most organizations: then go on.</p>
      <div className={classes.actions}>
        <ConsoleLink href={links.data?.billing_access}>Open the account page</ConsoleLink>
        <Button loading={saving} onClick={() => onNext()}>
          It is activated
        </Button>
      </div>
    </>
  );
}

const must = [
  ["Resource IDs are included", "so that a cost leads to the resource behind it"],
  ["It refreshes closed months", "so that refunds, credits and support fees arrive"],
  ["Hourly granularity", "so that commitments can be judged hour by hour"],
  ["Athena integration, or Data Exports with overwrite", "which gives Parquet and replaces files in place"],
  ["A prefix without a double slash or one at its end", "AWS adds slashes of its own"],
  [
    "A bucket in us-east-1, or another region that is on in every account",
    "AWS delivers no reports to opt-in regions",
  ],
] as const;

export function ReportStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  const [report, setReport] = useReport(connection.id);
  const command = useQuery({
    ...connectionQueries.template(connection, { as: "cli", report }),
    // Before the next step there is no bucket to write into it.
    enabled: report !== "none" && connection.bucket !== null,
  });
  return (
    <>
      <p>Cloud Analyzer reads the report that AWS writes to a bucket of yours. The report must have:</p>
      <ul className={classes.must}>
        {must.map(([what, why]) => (
          <li key={what}>
            <IconCheck size={16} aria-hidden />
            <div>
              {what} <span>– {why}</span>
            </div>
          </li>
        ))}
      </ul>
      <Radio.Group label="Your report" value={report} onChange={setReport}>
        <Stack gap="sm" mt="xs">
          {reports.map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} description={one.text} />
          ))}
        </Stack>
      </Radio.Group>
      {report === "none" ? (
        <div className={classes.actions}>
          <ConsoleLink href={links.data?.reports}>Look at your reports</ConsoleLink>
        </div>
      ) : (
        command.data && (
          <>
            <h3>Nothing to click: the template creates it, or this script does</h3>
            <Command label="Script that creates role and report" text={command.data} />
          </>
        )
      )}
      <div className={classes.actions}>
        <Button loading={saving} onClick={() => onNext()}>
          {report === "none" ? "The report exists" : "Create it with the template"}
        </Button>
      </div>
    </>
  );
}

export function CreateStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  return (
    <>
      <p>
        At the end of the page in the console, tick{" "}
        <b>I acknowledge that AWS CloudFormation might create IAM resources</b>, then choose{" "}
        <b>Create stack</b>. The one IAM resource is the read-only role with the policy that you have seen.
        The stack is done when its status is <b>CREATE_COMPLETE</b>, mostly within a minute.
      </p>
      {links.data && (
        <>
          <h3>Or on the command line</h3>
          <p className={classes.muted}>In the folder with the downloaded template:</p>
          <Command label="Command that creates the stack" text={links.data.deploy_command} wrap />
        </>
      )}
      <div className={classes.actions}>
        <ConsoleLink href={links.data?.quick_create ?? links.data?.create_stack}>
          Open CloudFormation
        </ConsoleLink>
        <Button loading={saving} onClick={() => onNext()}>
          The stack is created
        </Button>
      </div>
    </>
  );
}
