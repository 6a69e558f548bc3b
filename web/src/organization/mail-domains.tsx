import { Button, Group, TagsInput, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { useVersion } from "../ui/use-version";
import classes from "./page.module.css";
import { organizationQueries } from "./queries";

/** Where reports may be sent besides to members; other addresses need an administrator each. */
export function MailDomains() {
  const client = useQueryClient();
  const found = useQuery(organizationQueries.mailDomains());
  const [draft, setDraft] = useState<string[]>();
  const { version, rebase } = useVersion(found.data?.version ?? "", draft !== undefined);
  const save = useMutation({
    mutationFn: (domains: string[]) =>
      unwrap(
        api.PUT("/api/v1/organization/mail-domains", {
          params: { header: ifMatch(version) },
          body: { domains },
        }),
      ),
    onSuccess: (kept) => {
      client.setQueryData(organizationQueries.mailDomains().queryKey, kept);
      setDraft(undefined);
    },
  });
  return (
    <section className={classes.part} aria-label="Recipients of reports">
      <div className={classes.head}>
        <h2>Recipients of reports</h2>
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <div className={classes.form}>
          <TagsInput
            label="Domains of mail addresses"
            description="Editors and viewers send reports to members and to these domains. Any other address needs an administrator."
            placeholder={(draft ?? found.data?.domains)?.length === 0 ? "example.com" : ""}
            splitChars={[",", ";", " ", "\n"]}
            value={draft ?? found.data?.domains ?? []}
            disabled={!found.data}
            onChange={setDraft}
          />
          <FormProblem
            error={save.error}
            newer={{
              differences: [
                {
                  name: "Domains",
                  mine: draft?.join(", ") ?? "",
                  theirs: found.data?.domains.join(", ") ?? "",
                },
              ],
              onMine: () => {
                rebase();
                save.reset();
              },
              onTheirs: () => {
                setDraft(undefined);
                save.reset();
              },
            }}
          />
          <Group gap="sm">
            <Button
              size="xs"
              loading={save.isPending}
              disabled={draft === undefined}
              onClick={() => draft && save.mutate(draft)}
            >
              Save domains
            </Button>
            {draft === undefined && save.isSuccess && (
              <Text size="sm" c="dimmed" role="status">
                Saved.
              </Text>
            )}
          </Group>
        </div>
      )}
    </section>
  );
}
