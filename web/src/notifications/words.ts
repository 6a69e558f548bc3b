import type { Cadence, Channel, ChannelKind, Delivery, NotificationRoutes, Severity } from "../api/types";
import { timeLabel } from "../lib/dates";

interface KindWords {
  value: ChannelKind;
  label: string;
  /** Where its address or key comes from. */
  help: string;
  /** What its secret is called; none: it has none. */
  secret?: string;
  /** What its address is called; none: it is known. */
  url?: string;
  /** Where its service lies, unless somebody says otherwise. */
  own?: string;
  /** Whether people read it, so that it may come as a digest. */
  read: boolean;
}

/** Kinds of channels, as forms offer them. */
export const kinds: readonly KindWords[] = [
  {
    value: "mail",
    label: "Mail",
    help: "One mail to each address, in HTML and plain text, with the chart of what happened.",
    read: true,
  },
  {
    value: "slack",
    label: "Slack",
    help: "In Slack: Apps, Incoming Webhooks, Add to Slack, choose the channel, copy the webhook URL. Mattermost and others that take Slack's format work as well.",
    url: "Webhook URL",
    read: true,
  },
  {
    value: "teams",
    label: "Microsoft Teams",
    help: "In Teams: the channel's menu, Workflows, “Post to a channel when a webhook request is received”, copy its address.",
    url: "Address of the workflow",
    read: true,
  },
  {
    value: "pagerduty",
    label: "PagerDuty",
    help: "In PagerDuty: the service, Integrations, add “Events API v2”, copy the integration key. What is over resolves its incident.",
    secret: "Integration key",
    own: "https://events.pagerduty.com",
    read: false,
  },
  {
    value: "opsgenie",
    label: "Opsgenie",
    help: "In Opsgenie: Settings, Integrations, add “API” with the right to create and update, copy the key. What is over closes its alert.",
    secret: "API key",
    own: "https://api.opsgenie.com",
    read: false,
  },
  {
    value: "webhook",
    label: "Webhook",
    help: "A POST of JSON with every digit, signed by Standard Webhooks 1.0: verify it with one of that project's libraries and the secret that you are shown once.",
    url: "Address",
    read: false,
  },
];

export const kindWords = (kind: ChannelKind): KindWords =>
  kinds.find((one) => one.value === kind) ?? (kinds[0] as KindWords);

export function isKind(text: string | null): text is ChannelKind {
  return kinds.some((one) => one.value === text);
}

export const cadences: readonly { value: Cadence; label: string }[] = [
  { value: "each", label: "At once" },
  { value: "daily", label: "Daily digest, 06:00 UTC" },
  { value: "weekly", label: "Weekly digest, Mondays 06:00 UTC" },
];

export function isCadence(text: string | null): text is Cadence {
  return cadences.some((one) => one.value === text);
}

export const severities: readonly { value: Severity; label: string }[] = [
  { value: "low", label: "Any severity" },
  { value: "medium", label: "Medium or worse" },
  { value: "high", label: "High or worse" },
  { value: "critical", label: "Critical" },
];

export function isSeverity(text: string | null): text is Severity {
  return severities.some((one) => one.value === text);
}

/** What notifications are about. */
export const subjects = [
  { value: "cost", label: "Irregular spend" },
  { value: "budget", label: "Budgets that reach a threshold" },
  { value: "connection", label: "Connections that fail or work again" },
  { value: "bill", label: "Bills that changed" },
  { value: "report", label: "Reports that could not be sent" },
];

export const stateWords: Record<Channel["state"], string> = {
  active: "On",
  off: "Off",
  disabled: "Turned off",
};

export const stateTones: Record<Channel["state"], "ok" | "idle" | "warn"> = {
  active: "ok",
  off: "idle",
  disabled: "warn",
};

/** Why a channel sends nothing for now, and until when; nothing: it does. */
export function quietWords(channel: Pick<Channel, "quiet_until" | "last">): string | null {
  if (channel.quiet_until === null) return null;
  const status = channel.last?.status;
  const why =
    status === 429 || status === 503
      ? `The receiver answered HTTP ${status}: left alone until`
      : "The receiver did not take the last one: tried again at";
  return `${why} ${timeLabel(channel.quiet_until)} UTC`;
}

/** Whether a channel gets anything at all. */
export function isRouted(id: string, all: Pick<NotificationRoutes, "routes" | "fallback">): boolean {
  return all.fallback.includes(id) || all.routes.some((route) => route.channels.includes(id));
}

/** What came of a try. */
export function outcomeWords(delivery: Pick<Delivery, "outcome" | "status">): string {
  const status = delivery.status === null ? "" : `, HTTP ${delivery.status}`;
  const words: Record<string, string> = {
    delivered: "Delivered",
    later: "Not taken, is tried again",
    failed: "Not taken",
    gone: "The receiver is gone",
  };
  return `${words[delivery.outcome] ?? delivery.outcome}${status}`;
}
