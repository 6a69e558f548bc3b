import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ConnectionChange, ConnectionKind } from "../../api/types";
import { connectionQueries } from "../queries";
import { bucketProblem, endpointProblem, folderProblem, prefixProblem } from "../rules";
import type { StepProps } from "../wizard";
import classes from "../wizard.module.css";

type FieldName = "name" | "location" | "endpoint" | "bucket" | "prefix" | "region" | "access_key_id";

interface Field {
  name: FieldName;
  label: string;
  description?: string;
  placeholder?: string;
  optional?: boolean;
  problem?: (text: string) => string | undefined;
}

const name: Field = { name: "name", label: "Name of this connection", description: "As it appears in lists" };
const bucket: readonly Field[] = [
  { name: "bucket", label: "Bucket", placeholder: "acme-billing-reports", problem: bucketProblem },
  {
    name: "prefix",
    label: "Prefix",
    description: "Folder of the reports in the bucket",
    optional: true,
    problem: prefixProblem,
  },
  { name: "region", label: "Region", placeholder: "us-east-1", optional: true },
];

const fields: Record<ConnectionKind, readonly Field[]> = {
  aws_role: [],
  shared: [],
  local: [
    name,
    {
      name: "location",
      label: "Folder",
      description: "On the machine that runs Cloud Analyzer. Format and layout are recognised.",
      placeholder: "/data/reports",
      problem: folderProblem,
    },
  ],
  aws_own: [name, ...bucket],
  s3_compatible: [
    name,
    {
      name: "endpoint",
      label: "Endpoint",
      placeholder: "https://s3.example.com",
      problem: endpointProblem,
    },
    ...bucket,
    { name: "access_key_id", label: "Access key ID" },
  ],
};

/** The one form of the ways in that need no role. */
export function SourceStep({ connection, saving, onNext }: StepProps) {
  const asked = fields[connection.kind];
  const [values, setValues] = useState<Partial<Record<FieldName, string>>>(() =>
    Object.fromEntries(asked.map((field) => [field.name, connection[field.name] ?? ""])),
  );
  const [secret, setSecret] = useState("");
  const { data } = useQuery(connectionQueries.all());
  const folders = data?.allowed.folders ?? [];
  const keys = connection.kind === "s3_compatible";
  const fixed = (field: Field) => connection.by_operator && field.name !== "name";
  const descriptionOf = (field: Field) => {
    if (fixed(field)) return "Said by whoever runs this server, who alone changes it";
    if (field.name !== "location" || folders.length === 0) return field.description;
    return `${field.description} Below ${folders.join(" or ")}.`;
  };
  const textOf = (field: Field) => values[field.name] ?? "";
  const problemOf = (field: Field) => field.problem?.(textOf(field));
  const incomplete =
    asked.some((field) => (textOf(field) === "" ? !field.optional : problemOf(field) !== undefined)) ||
    (keys && secret === "" && !connection.has_secret);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const change: ConnectionChange = { ...values, ...(secret !== "" && { secret_access_key: secret }) };
    if (!incomplete) onNext(change);
  };
  return (
    <form onSubmit={submit}>
      <div className={classes.form}>
        {asked.map((field) => (
          <TextInput
            key={field.name}
            label={field.label}
            description={descriptionOf(field)}
            placeholder={field.placeholder ?? ""}
            required={!field.optional}
            readOnly={fixed(field)}
            autoComplete="off"
            spellCheck={false}
            value={textOf(field)}
            error={textOf(field) !== "" && problemOf(field)}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setValues((now) => ({ ...now, [field.name]: field.name === "name" ? value : value.trim() }));
            }}
          />
        ))}
        {keys && (
          <PasswordInput
            label="Secret access key"
            description={
              connection.has_secret
                ? "One is kept, encrypted. Leave this empty to keep it."
                : "Kept encrypted, and never shown again"
            }
            required={!connection.has_secret}
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value.trim())}
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the secret" }}
          />
        )}
        <div className={classes.actions}>
          <Button type="submit" loading={saving} disabled={incomplete}>
            Save and verify
          </Button>
        </div>
      </div>
    </form>
  );
}
