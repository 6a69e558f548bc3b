import type { ConnectionKind } from "../api/types";

export interface Step {
  id: string;
  title: string;
}

const role: readonly Step[] = [
  { id: "log-in", title: "Log in to AWS" },
  { id: "billing-access", title: "Allow access to billing" },
  { id: "report", title: "Cost and Usage Report" },
  { id: "bucket", title: "Bucket" },
  { id: "template", title: "CloudFormation template" },
  { id: "create", title: "Create the stack" },
  { id: "role", title: "Role ARN" },
];
const source: readonly Step[] = [{ id: "source", title: "Where the reports are" }];
const last: readonly Step[] = [
  { id: "verify", title: "Verification" },
  { id: "processing", title: "Initial processing" },
];

/** The steps of a kind's wizard; their names are kept with the connection, so that it opens where it was left. */
export function stepsOf(kind: ConnectionKind): readonly Step[] {
  return [...(kind === "aws_role" ? role : source), ...last];
}

/** The step of an address, else the one that was left, else the first. */
export function stepAt(steps: readonly Step[], wanted: string | undefined, left: string | null): number {
  const find = (id: string | null | undefined) => steps.findIndex((step) => step.id === id);
  return Math.max(0, find(wanted) >= 0 ? find(wanted) : find(left));
}
