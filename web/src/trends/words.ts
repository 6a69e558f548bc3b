import { addDays, dayLabel, spanLabel } from "../lib/dates";
import { formatChange } from "../lib/money";
import type {
  TrendDefinition,
  TrendEvent,
  TrendKind,
  TrendMethod,
  TrendQuiet,
  TrendSeverity,
  TrendVerdict,
  TrendWhy,
} from "./types";

type Tone = "idle" | "ok" | "warn" | "bad";

/** What happened, in a word or two. */
export const kindWords: Record<TrendKind, string> = {
  spike: "Spike",
  shift: "New level",
  leak: "Slow rise",
  new: "New",
  one_time: "One-time fee",
  fee: "Higher fee",
  unit_price: "Unit price",
  drop: "Drop",
  gone: "Gone",
  no_data: "No data",
};

/** The same in a sentence, for tooltips and the event's page. */
export const kindSentences: Record<TrendKind, string> = {
  spike: "Costs were high for at most a week.",
  shift: "Costs stay at a higher level than before.",
  leak: "Costs rise week by week, too slowly for any single day to stand out.",
  new: "There is cost where there was none before.",
  one_time: "A fee where there was none in the months before.",
  fee: "A fee is higher than in the months before.",
  unit_price: "The price of a unit rose: the same usage costs more.",
  drop: "Costs are at a lower level than before.",
  gone: "There is no cost any more.",
  no_data: "The connection's data end more than 36 hours ago.",
};

export const severities: readonly TrendSeverity[] = ["low", "medium", "high", "critical"];

export const severityWords: Record<TrendSeverity, string> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};
export const severityTones: Record<TrendSeverity, Tone> = {
  low: "idle",
  medium: "warn",
  high: "bad",
  critical: "bad",
};

/** Where an event stands; what somebody put away is that before all else. */
export function statusWords({ status, archived }: Pick<TrendEvent, "status" | "archived">): string {
  if (archived) return "Archived";
  return { open: "Open", ended: "Ended", withdrawn: "Withdrawn" }[status];
}

export const statusSentences: Record<TrendEvent["status"], string> = {
  open: "It goes on.",
  ended: "Costs are as before, or the new level has become the usual one.",
  withdrawn: "The bill was restated, and the restated bill shows nothing irregular.",
};

export const verdicts: readonly { value: TrendVerdict; label: string; help: string }[] = [
  { value: "real", label: "Real", help: "It was irregular: good that somebody said so." },
  {
    value: "planned",
    label: "Planned",
    help: "It was meant to happen. The same height tells nobody for 180 days.",
  },
  {
    value: "false",
    label: "False alarm",
    help: "Nothing was wrong. The same height tells nobody for 180 days.",
  },
];

export function verdictWords(verdict: TrendVerdict): string {
  return verdicts.find((one) => one.value === verdict)?.label ?? verdict;
}

/** Why nobody was told. */
export const quietWords: Record<TrendQuiet, string> = {
  first_load: "Nobody was told: it was found when the bills were read for the first time.",
  old: "Nobody was told: its days were more than seven days old when it was found.",
  recorded: "Nobody was told: the definitions that saw it record, and do not notify.",
  habit: "Nobody was told: ranges alone saw it, and it came on the same day of the months before.",
  expected: "Nobody is told: somebody expects it.",
  snoozed: "Nobody is told for now: it is snoozed.",
  judged: "Nobody was told: an event of this height was said to be planned or a false alarm.",
};

/** "+212 %", "new", "gone". */
export function eventChange(event: Pick<TrendEvent, "change_percent" | "is_new" | "kind">): string {
  if (event.kind === "no_data") return "–";
  if (event.kind === "gone") return "gone";
  return event.is_new || event.change_percent === null ? "new" : formatChange(event.change_percent);
}

/** Its days, both ends within: "24 Nov 2026", "3 Nov – 24 Nov 2026". */
export function eventDays(event: Pick<TrendEvent, "first_day" | "last_day">): string {
  return spanLabel(event.first_day, addDays(event.last_day, 1));
}

/** Which way, in words for those who do not see the arrow. */
export const directionWords: Record<TrendEvent["direction"], string> = { increase: "up", decrease: "down" };

export const methods: readonly { value: TrendMethod; label: string; sentence: string }[] = [
  {
    value: "robust",
    label: "Usual level, weekday and season",
    sentence:
      "Each day is held against what is usual for it: the level of the last weeks, the weekday, how much it varies, heights that were seen before, and the same day of the months before. Slow rises are found too. This is the method that raises few false alarms.",
  },
  {
    value: "daily",
    label: "Daily range",
    sentence:
      "The last complete day is held against the same weekday one to four weeks ago: an event is beyond the lowest and highest of those four. Simple to check by hand, and it raises more events.",
  },
  {
    value: "weekly",
    label: "Weekly range",
    sentence:
      "The last 7 days are held against the four 7-day spans before: an event is beyond the lowest and highest of those four.",
  },
  {
    value: "monthly",
    label: "Monthly range",
    sentence:
      "The last 30 days are held against the four 30-day spans before: an event is beyond the lowest and highest of those four.",
  },
];

export function methodWords(method: TrendMethod): string {
  return methods.find((one) => one.value === method)?.label ?? method;
}

/** An attribute of objects as pages call it. */
function attributeWords(attribute: string): string {
  if (attribute.startsWith("tag:")) return `tag ${attribute.slice("tag:".length)}`;
  return attribute === "filter" ? "saved report’s filter" : attribute.replace(/_/g, " ");
}

/** What a definition watches: "Each account and service", "Tag team is payments". */
export function watchesWords({ watches, only_words: only }: Pick<TrendDefinition, "watches" | "only_words">) {
  const names = watches.map(attributeWords);
  const last = watches.at(-1) ?? "";
  if (only === null) {
    return last.startsWith("tag:") ? `Each value of ${names.join(" and ")}` : `Each ${names.join(" and ")}`;
  }
  const words = `${names.at(-1)} is ${only}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "83 %, of 12 judged"; none judged is no figure. */
export function precisionWords({
  precision_percent: percent,
  verdicts: { real, planned, false: wrong },
}: Pick<TrendDefinition, "precision_percent" | "verdicts">): string | undefined {
  const judged = real + planned + wrong;
  if (judged === 0 || percent === null) return undefined;
  return `${Math.round(percent)} % of ${judged}`;
}

/** Which rule makes a day's highest regular cost what it is. */
export const ruleWords: Record<NonNullable<TrendWhy["rule"]>, string> = {
  spread: "what is usual on this weekday, and how much it varies",
  seen_before: "this height was seen twice within 180 days: what was seen twice is known",
  same_day_of_month: "the same day of a month before was as high",
};

/** Days in a list: "24 Nov 2026, 10 Nov 2026". */
export function daysWords(days: readonly string[]): string {
  return days.map(dayLabel).join(", ");
}
