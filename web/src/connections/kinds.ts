import type { Connection, ConnectionKind, ConnectionState } from "../api/types";

interface Kind {
  title: string;
  text: string;
}

/** The ways in, in the order in which they are offered. */
export const kinds: Record<ConnectionKind, Kind> = {
  aws_role: {
    title: "AWS management account",
    text: "Through a read-only role that you create with our template. No keys change hands.",
  },
  aws_own: {
    title: "This machine's AWS credentials",
    text: "For a server that runs in the account itself and may read the bucket already.",
  },
  s3_compatible: {
    title: "S3-compatible storage",
    text: "A bucket of another provider or of your own, with an access key.",
  },
  local: {
    title: "Folder on the server",
    text: "Report files that lie, or are copied, on the machine that runs Cloud Analyzer.",
  },
  shared: {
    title: "Accounts of a provider's bill",
    text: "Some accounts of the bill that your provider's connection holds.",
  },
};

/** The ways in that one sets up oneself. */
export const kindOrder = [
  "aws_role",
  "aws_own",
  "s3_compatible",
  "local",
] as const satisfies readonly ConnectionKind[];

/** How whoever runs the server allows a way in that leads to its own machine. */
export const allowedBy: Partial<Record<ConnectionKind, { allowed: "local" | "aws_own"; how: string }>> = {
  local: { allowed: "local", how: "cloud-analyzer serve --allow-folder DIR" },
  aws_own: { allowed: "aws_own", how: "cloud-analyzer serve --allow-own-credentials" },
};

export const states: Record<ConnectionState, { label: string; tone: "ok" | "warn" | "bad" | "idle" }> = {
  draft: { label: "Being set up", tone: "idle" },
  waiting: { label: "Waiting for the first report", tone: "warn" },
  ready: { label: "Connected", tone: "ok" },
  failing: { label: "Needs attention", tone: "bad" },
};

/** Where its reports lie, in one line. */
export function placeOf(connection: Connection): string {
  if (connection.location) return connection.location;
  if (!connection.bucket) return "";
  const path = [connection.bucket, connection.prefix].filter(Boolean).join("/");
  return connection.endpoint ? `s3://${path} at ${connection.endpoint}` : `s3://${path}`;
}
