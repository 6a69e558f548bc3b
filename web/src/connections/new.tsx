import { Text, UnstyledButton } from "@mantine/core";
import { IconBrandAws, IconBucket, IconChevronRight, IconFolder, IconServer } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { AllowedSources, ConnectionKind } from "../api/types";
import { FormProblem } from "../ui/form-problem";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { allowedBy, kindOrder, kinds } from "./kinds";
import classes from "./new.module.css";
import { connectionQueries } from "./queries";

const icons = { aws_role: IconBrandAws, aws_own: IconServer, s3_compatible: IconBucket, local: IconFolder };

/** The ways in; choosing one makes a draft, which the wizard fills. */
export function NewConnectionPage() {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(connectionQueries.all());
  const others = data?.connections.filter((one) => one.kind === "aws_role" && one.state !== "draft") ?? [];
  const create = useMutation({
    mutationFn: (kind: ConnectionKind) => {
      const partition = others.at(-1)?.partition;
      const own = kind === "aws_role" && partition ? { partition } : {};
      return unwrap(api.POST("/api/v1/connections", { body: { kind, ...own } }));
    },
    onSuccess: (made) => {
      client.setQueryData(connectionQueries.one(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: connectionQueries.all().queryKey });
      void navigate({ to: "/connections/$id/set-up", params: { id: made.id }, search: { step: undefined } });
    },
  });
  const title = others.length > 0 ? "Add another management account" : "Connect your billing data";
  if (!hasRole(session, "administrator")) {
    return (
      <>
        <PageHead title={title} />
        <div className="card">
          <NoAccess needed="administrator" what="Adding a connection" />
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead title={title} lead="How may Cloud Analyzer read your Cost and Usage Reports?" />
      <FormProblem error={create.error} />
      <div className={classes.ways}>
        {kindOrder.map((kind) =>
          isAllowed(kind, data?.allowed) ? (
            <UnstyledButton
              key={kind}
              className={`card ${classes.way}`}
              disabled={create.isPending}
              onClick={() => create.mutate(kind)}
            >
              <Way kind={kind} />
              <IconChevronRight size={18} aria-hidden className={classes.arrow} />
            </UnstyledButton>
          ) : (
            <div key={kind} className={`card ${classes.closed}`}>
              <Way kind={kind}>
                Only whoever runs this server can allow it, at its start: <code>{allowedBy[kind]?.how}</code>
              </Way>
            </div>
          ),
        )}
      </div>
    </>
  );
}

/** Until the server has said what is allowed, nothing of its own machine is. */
function isAllowed(kind: ConnectionKind, allowed: AllowedSources | undefined): boolean {
  const needed = allowedBy[kind]?.allowed;
  return needed === undefined || allowed?.[needed] === true;
}

function Way({ kind, children }: { kind: (typeof kindOrder)[number]; children?: ReactNode }) {
  const Icon = icons[kind];
  return (
    <>
      <Icon size={28} stroke={1.5} className={classes.icon} aria-hidden />
      <span className={classes.words}>
        <Text fw={600} component="span">
          {kinds[kind].title}
        </Text>
        {kind === "aws_role" && <span className={classes.hint}>recommended</span>}
        <Text size="sm" c="dimmed" component="span" display="block">
          {kinds[kind].text}
        </Text>
        {children && (
          <Text size="sm" component="span" display="block" mt={6}>
            {children}
          </Text>
        )}
      </span>
    </>
  );
}
