import { Button, Select, Skeleton, Tabs, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { paths } from "../../address/path-builder";
import { Command } from "../../ui/command";
import { ListTable } from "../../ui/list-table";
import listClasses from "../../ui/list-table.module.css";
import { Problem } from "../../ui/problem";
import { connectionQueries } from "../queries";
import type { StepProps } from "../wizard";
import classes from "../wizard.module.css";
import { ConsoleLink } from "./aws-steps";
import { reports, useReport } from "./report-choice";

const forms = [
  { value: "cloudformation", label: "CloudFormation" },
  { value: "terraform", label: "Terraform" },
  { value: "cli", label: "AWS CLI" },
  { value: "trust", label: "Trust policy" },
  { value: "policy", label: "Permissions policy" },
] as const;

/** The template of this connection in every form, and every permission in it with its reason. */
export function TemplateStep({ connection, saving, onNext }: StepProps) {
  const links = useQuery(connectionQueries.links(connection));
  const [form, setForm] = useState<string>("cloudformation");
  const [report, setReport] = useReport(connection.id);
  const [key, setKey] = useState("");
  const [settled] = useDebouncedValue(key.trim(), 400);
  const query = { as: form, report, ...(settled !== "" && { kms_key_arn: settled }) };
  const template = useQuery(connectionQueries.template(connection, query));
  const label = forms.find((one) => one.value === form)?.label ?? form;
  return (
    <>
      <p>
        The template makes one role that may only read, and only the reports. It trusts this Cloud Analyzer
        alone, and only with the external ID of this connection.
      </p>
      <div className={classes.form}>
        <Select
          label="Report"
          allowDeselect={false}
          data={reports.map(({ value, label: text }) => ({ value, label: text }))}
          value={report}
          onChange={(next) => setReport(next ?? "none")}
        />
        <TextInput
          label="KMS key of the bucket"
          description="Only if the bucket is encrypted with a key of your own (SSE-KMS)"
          placeholder={`arn:${connection.partition}:kms:us-east-1:123456789012:key/…`}
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      </div>
      <Tabs value={form} onChange={(next) => setForm(next ?? "cloudformation")} keepMounted={false}>
        <Tabs.List aria-label="Form of the template">
          {forms.map((one) => (
            <Tabs.Tab key={one.value} value={one.value}>
              {one.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={form} pt="sm">
          {template.error ? (
            <Problem error={template.error} onRetry={() => void template.refetch()} />
          ) : template.data === undefined ? (
            <Skeleton height={240} />
          ) : (
            <Command label={`Text of the ${label} template`} text={template.data} />
          )}
        </Tabs.Panel>
      </Tabs>
      <div className={classes.actions}>
        <Button
          component="a"
          href={paths.template(connection.id, { ...query, download: "true" })}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Download
        </Button>
        <ConsoleLink href={links.data?.quick_create ?? links.data?.create_stack}>
          {links.data?.quick_create ? "Open with everything filled in" : "Open CloudFormation"}
        </ConsoleLink>
        <Button loading={saving} onClick={() => onNext()}>
          The template is open
        </Button>
      </div>
      {links.data && !links.data.quick_create && (
        <p className={classes.muted}>
          In CloudFormation choose <b>Upload a template file</b> and take the downloaded one. A link with
          everything filled in needs the template in a bucket that CloudFormation can read: whoever runs this
          server can set CLOUD_ANALYZER_TEMPLATE_URL.
        </p>
      )}
      <Permissions connection={connection} />
    </>
  );
}

const columns = [{ name: "Permission" }, { name: "Why" }, { name: "Without it" }] as const;

function Permissions({ connection }: Pick<StepProps, "connection">) {
  const found = useQuery(connectionQueries.permissions(connection));
  return (
    <>
      <h3>What the role may do, and why</h3>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : found.data ? (
        <ListTable label="Permissions" columns={columns}>
          {found.data.permissions.map((one) => (
            <tr key={one.action}>
              <th scope="row">
                <code>{one.action}</code>
                <span className={listClasses.sub}>{one.resource}</span>
              </th>
              <td>{one.reason}</td>
              <td>{one.without_it}</td>
            </tr>
          ))}
        </ListTable>
      ) : (
        <Skeleton height={200} />
      )}
    </>
  );
}
