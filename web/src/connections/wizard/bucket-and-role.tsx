import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Command } from "../../ui/command";
import { connectionQueries } from "../queries";
import { bucketProblem, prefixProblem, roleArnProblem } from "../rules";
import type { StepProps } from "../wizard";
import classes from "../wizard.module.css";
import { ConsoleLink } from "./aws-steps";

export function BucketStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  const [bucket, setBucket] = useState(connection.bucket ?? "");
  const [prefix, setPrefix] = useState(connection.prefix ?? "");
  const [region, setRegion] = useState(connection.region ?? "");
  const wrong = bucketProblem(bucket) ?? prefixProblem(prefix);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong === undefined) onNext({ bucket, prefix, region });
  };
  return (
    <form onSubmit={submit}>
      <div className={classes.form}>
        <TextInput
          label="S3 bucket"
          description="The name of the bucket that the report is delivered to"
          placeholder="acme-billing-reports"
          required
          autoComplete="off"
          spellCheck={false}
          value={bucket}
          error={bucket !== "" && bucketProblem(bucket)}
          onChange={(event) => setBucket(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Prefix"
          description="The report's S3 path prefix, if it has one: the role may then read nothing else in the bucket"
          placeholder="cost-reports"
          autoComplete="off"
          spellCheck={false}
          value={prefix}
          error={prefixProblem(prefix)}
          onChange={(event) => setPrefix(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Region"
          description="Found by itself if left empty; us-east-1 is recommended for new buckets"
          placeholder="us-east-1"
          autoComplete="off"
          spellCheck={false}
          value={region}
          onChange={(event) => setRegion(event.currentTarget.value.trim())}
        />
        <div className={classes.actions}>
          <ConsoleLink href={links.data?.bucket}>Look at your buckets</ConsoleLink>
          <Button type="submit" loading={saving} disabled={wrong !== undefined}>
            Save and go on
          </Button>
        </div>
      </div>
    </form>
  );
}

export function RoleStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  const [arn, setArn] = useState(connection.role_arn ?? "");
  const wrong = roleArnProblem(arn, connection.partition);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong === undefined) onNext({ role_arn: arn.trim() });
  };
  return (
    <>
      <p>
        Copy the value of <b>RoleArn</b> from the <b>Outputs</b> tab of the stack.
      </p>
      <form onSubmit={submit}>
        <div className={classes.form}>
          <TextInput
            label="Role ARN"
            placeholder={`arn:${connection.partition}:iam::123456789012:role/CloudAnalyzer`}
            required
            autoComplete="off"
            spellCheck={false}
            value={arn}
            error={arn !== "" && wrong}
            onChange={(event) => setArn(event.currentTarget.value)}
          />
          <div className={classes.actions}>
            <Button type="submit" loading={saving} disabled={wrong !== undefined}>
              Save and verify
            </Button>
          </div>
        </div>
      </form>
      {links.data && (
        <>
          <h3>Or on the command line</h3>
          <Command label="Command that shows the role's ARN" text={links.data.outputs_command} wrap />
        </>
      )}
    </>
  );
}
